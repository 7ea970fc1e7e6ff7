"""The two consoles: standard output for results, standard error for progress and errors; and JSON."""

import json
import os
import sys

from rich.console import Console

_PLAIN_WIDTH = 150  # the width for a file or a pipe if COLUMNS is not set; Rich would assume 80


def screen():
    """Return a console on standard output."""
    return _console(stderr=False)


def error_console():
    """Return a console on standard error."""
    return _console(stderr=True)


def print_json(content, allow_nan=True):
    """Print JSON on standard output; with escapes where the terminal cannot show every character."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    print(json.dumps(content, indent=2, ensure_ascii=not unicode, allow_nan=allow_nan))


def _console(stderr):
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():  # Rich reads COLUMNS itself
        console = Console(stderr=stderr, highlight=False, width=_PLAIN_WIDTH)
    return console
