"""Listings of commands: an option is one piece, and everything else of the page stays as it is."""

import re

import pytest

from course.handbook.commands import keep_options

pytestmark = pytest.mark.backend_independent

SPACE = '<span class="w"> </span>'


def listing(language, text):
    return (
        f'<div class="highlight-{language} notranslate"><div class="highlight"><pre>{text}</pre></div></div>'
    )


def test_an_option_of_a_command_is_one_piece_and_the_text_is_unchanged():
    text = f"course{SPACE}grade{SPACE}in{SPACE}--out{SPACE}x{SPACE}--seed-file\n"
    page = f"<p>--zone</p>{listing('sh', text)}<p>--zone</p>"
    shown = keep_options(page)
    assert re.findall(r'<span class="option">(.*?)</span>', shown) == ["--out", "--seed-file"]
    assert re.sub(r"<[^>]*>", "", shown) == re.sub(r"<[^>]*>", "", page)


def test_other_listings_stay_as_they_are():
    page = listing("python", f"x{SPACE}--y{SPACE}")
    assert keep_options(page) == page
