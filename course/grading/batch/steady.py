"""Removes from a report what differs from run to run or disturbs a reader: addresses, paths, control characters."""

import re
import unicodedata

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_PLACE = r"(?:medl-\w{1,24}-\w{1,24}|file_\w{1,24})"
_SCRATCH = re.compile(rf"[^\s'\"<>()]{{0,120}}/{_PLACE}(?:/{_PLACE}){{0,8}}/?")


def steady(value):
    """Return a JSON value in which all texts are the same in every run."""
    if isinstance(value, dict):
        return {steady(key): steady(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [steady(item) for item in value]
    return _text(value) if isinstance(value, str) else value


def _text(text):
    text = _SCRATCH.sub("", _ADDRESS.sub("0x…", text))
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else "\ufffd" for c in text
    )
