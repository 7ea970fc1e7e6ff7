"""The two consoles: standard output for results, standard error for progress and errors; and JSON."""

import json
import os
import re
import sys

from rich.cells import cell_len
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


class WordConsole(Console):
    """A console whose long lines end between two words on a terminal, which itself would end them anywhere.

    Commands and paths, which are cyan, stay in one piece: somebody may copy them. In a file every line stays whole.
    """

    def print(self, *objects, soft_wrap=None, **options):
        """Print as Rich does; `soft_wrap` means that the terminal ends no line of these objects inside a word."""
        if soft_wrap and self.is_terminal and all(isinstance(each, str) for each in objects):
            for line in self.render_str(" ".join(objects), markup=True).split("\n", allow_blank=True):
                for piece in line.divide(_ends(line, self.width)):
                    piece.rstrip()
                    super().print(piece, soft_wrap=True, **options)
            return
        super().print(*objects, soft_wrap=soft_wrap, **options)


def _ends(line, width):
    """Return the positions in a `Text` at which a new line begins."""
    whole = [(start, end) for start, end, style in line.spans if "cyan" in str(style)]
    ends, begin, last = [], 0, 0
    for space in re.finditer(r" +|$", line.plain):
        if cell_len(line.plain[begin : space.start()]) > width and last > begin:
            ends.append(last)
            begin = last
        if not any(start < space.start() < end for start, end in whole):
            last = space.end()
    return ends


def _console(stderr):
    console = WordConsole(stderr=stderr, highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():  # Rich reads COLUMNS itself
        console = WordConsole(stderr=stderr, highlight=False, width=_PLAIN_WIDTH)
    return console
