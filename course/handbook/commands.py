"""Listings of commands wrap on a narrow page, but never between the hyphens and the name of an option."""

import re

_LISTING = re.compile(r'<div class="highlight-sh.*?</pre>', re.DOTALL)
_OPTION = re.compile(r"(?<=>)--[a-z][a-z-]*(?=[<\s])")


def keep_options(page):
    """Return the HTML of a page in which each option such as --zone of a listing of commands is one piece."""
    return _LISTING.sub(lambda listing: _OPTION.sub(r'<span class="option">\g<0></span>', listing[0]), page)
