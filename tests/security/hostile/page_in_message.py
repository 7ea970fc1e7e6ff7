"""Raises an error whose text is a page with a script, terminal codes and a forged result."""

EVIL = '<script>alert(1)</script>\x1b[2J\x1b]0;owned\x07 "earned": 4, passed \u202e \ud800'


def centre(x):
    raise LookupError(EVIL)
