"""Reads and removes the comments of a `solution.py` that say what its stub contains.

| comment | meaning |
| --- | --- |
| `# given` above a function, class or constant, or at the end of its first line | the stub contains it unchanged |
| `# BEGIN SOLUTION` … `# END SOLUTION` in a function | the student writes these lines, the rest is in the stub |
| the same outside of functions | these lines are not in the stub |
"""

import io
import tokenize
from dataclasses import dataclass

from course.grading.errors import AuthoringError

GIVEN, BEGIN, END = "given", "BEGIN SOLUTION", "END SOLUTION"


@dataclass(frozen=True)
class Region:
    """The lines from `start` to before `stop`, between a BEGIN and an END, and the indentation of the BEGIN."""

    start: int
    stop: int
    indent: str


@dataclass(frozen=True)
class Marked:
    """A solution without its markers.

    Attributes:
        lines: The lines of the solution, without line ends.
        numbers: For every line its number in `solution.py`.
        given: Indices of the lines with a `# given`.
        regions: The `Region`s, as indices into `lines`.
    """

    lines: list
    numbers: list
    given: set
    regions: list

    @property
    def text(self):
        """The text of the solution without markers."""
        return "".join(f"{line}\n" for line in self.lines)


def lines_of(text):
    """Return the lines of a text with any line ends. Unlike `str.splitlines`, it splits only at line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def read_marked(source, exercise):
    """Return a `Marked` for the text of a `solution.py`.

    Raises:
        AuthoringError: The text is not Python, or a BEGIN has no END, or an END has no BEGIN.
    """
    source_lines = lines_of(source)
    comments = _comments(source_lines, exercise)
    lines, numbers, given, regions, begun = [], [], set(), [], None
    for number, line in enumerate(source_lines, 1):
        column, message = comments.get(number, (0, ""))
        alone = not line[:column].strip()
        if message == GIVEN:
            given.add(len(lines))  # this line, or the next line if this one contains only the marker
        if message == GIVEN and not alone:
            line = line[:column].rstrip()
        elif message == GIVEN:
            continue
        elif message == BEGIN and alone:
            if begun:
                raise AuthoringError(exercise, "solution.py", number, f"# {BEGIN} comes twice before # {END}")
            begun = (number, len(lines), line[:column])
            continue
        elif message == END and alone:
            if not begun:
                raise AuthoringError(exercise, "solution.py", number, f"# {END} has no # {BEGIN} before it")
            regions.append(Region(begun[1], len(lines), begun[2]))
            begun = None
            continue
        lines.append(line)
        numbers.append(number)
    if begun:
        raise AuthoringError(exercise, "solution.py", begun[0], f"# {BEGIN} has no # {END} after it")
    return Marked(lines, numbers, given, regions)


def _comments(lines, exercise):
    """Return line number → (column, text) of the comment in that line."""
    text = "".join(f"{line}\n" for line in lines)
    try:
        compile(text, "solution.py", "exec", dont_inherit=True)
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, ValueError, tokenize.TokenError) as error:
        number = getattr(error, "lineno", None)
        raise AuthoringError(exercise, "solution.py", number, f"it is not valid Python: {error}") from None
    return {
        token.start[0]: (token.start[1], token.string.lstrip("#").strip())
        for token in tokens
        if token.type == tokenize.COMMENT
    }
