"""Reads `mistakes.diff`: each mistake is a named change of the solution.

    @@ coupled: the weight decay passes through the moments; AdamW takes it from θ itself
    -        g = gradients[t - 1]
    +        g = gradients[t - 1] + weight_decay * theta
    ~
    -        theta = theta - learning_rate * weight_decay * theta

After `@@ name: sentence` the `+` lines replace the `-` lines. There are no line numbers: the `-` lines must occur in
the solution, one directly after the other, in exactly one place. A line `~` begins a second place. All places refer to
the original solution, so their order does not matter. Empty lines and lines that begin with `#` are comments.
"""

import itertools
import re
from dataclasses import dataclass, field

from course.grading.authoring.markers import lines_of
from course.grading.errors import AuthoringError

FILE = "mistakes.diff"
_HEADER = re.compile(r"@@ +([a-z][a-z0-9_]*) *: *(\S.*)")


@dataclass
class Place:
    """Lines of the solution and their replacement; `line` is the number of the first line in `mistakes.diff`."""

    line: int
    old: list = field(default_factory=list)
    new: list = field(default_factory=list)


@dataclass
class Mistake:
    """A plausible mistake: its name, the sentence that the student reads, and the places that it changes."""

    exercise: str
    name: str
    sentence: str
    line: int
    places: list = field(default_factory=list)

    def fail(self, line, message):
        """Raise an `AuthoringError` about a line of this mistake in `mistakes.diff`."""
        raise AuthoringError(self.exercise, FILE, line, f"the mistake {self.name!r}: {message}")


def read_mistakes(text, exercise):
    """Return name → `Mistake`, in the order of the file.

    Raises:
        AuthoringError: A line has an error; the message has its number.
    """
    found, mistake, place, begun = {}, None, None, 0
    for number, line in enumerate(lines_of(text), 1):
        if not line.strip() or line.startswith("#"):
            continue
        kind = line[0]
        if line.startswith("@@"):
            _end(mistake, place, begun)
            mistake, place, begun = _begin(found, line, number, exercise), None, number
        elif mistake is None:
            message = 'the first mistake has to begin with a line "@@ name: sentence"'
            raise AuthoringError(exercise, FILE, number, message)
        elif line.strip() == "~":
            _end(mistake, place, begun)
            place, begun = None, number
        elif kind in "-+":
            if place is None:
                place = Place(number)
                mistake.places.append(place)
            _add(mistake, place, kind, line[1:], number)
        else:
            mistake.fail(number, f"a line begins with one of @@ - + ~ #, and not like {line[:20]!r}")
    _end(mistake, place, begun)
    return found


def apply_mistake(mistake, solution):
    """Return the text of the wrong answer: the solution with the changes of a mistake.

    Args:
        mistake: A `Mistake`.
        solution: The solution as `read_marked` returns it.

    Raises:
        AuthoringError: A place does not occur in the solution exactly once, or two places overlap.
    """
    found = sorted(((_find(mistake, place, solution), place) for place in mistake.places), key=lambda f: f[0])
    for (start, place), (after, other) in itertools.pairwise(found):
        if start + len(place.old) > after:
            mistake.fail(
                other.line, f"this place overlaps with the one at line {place.line}: make one of them"
            )
    lines = list(solution.lines)
    for start, place in reversed(found):
        lines[start : start + len(place.old)] = place.new
    return "".join(f"{line}\n" for line in lines)


def _begin(found, line, number, exercise):
    """Return the mistake of a header."""
    header = _HEADER.fullmatch(line.rstrip())
    if not header:
        message = 'a mistake begins with "@@ name: sentence", its name in lower case letters, digits and underscores'
        raise AuthoringError(exercise, FILE, number, message)
    mistake = Mistake(exercise, header[1], header[2], number)
    if mistake.name in found:
        mistake.fail(number, f"there is one of this name at line {found[mistake.name].line}")
    found[mistake.name] = mistake
    return mistake


def _add(mistake, place, kind, text, number):
    if kind == "+":
        if not place.old:
            mistake.fail(
                number, "a place begins with the - lines that are replaced; repeat one of them with +"
            )
        place.new.append(text)
    elif place.new:
        mistake.fail(number, "write a line ~ before the - lines of another place")
    else:
        place.old.append(text)


def _end(mistake, place, begun):
    """Raise an error if no place follows the `@@` or `~` at line `begun`, or if the place changes nothing."""
    if mistake is None:
        return
    if place is None:
        mistake.fail(begun, "no - and + lines follow that say what is changed")
    if place.old == place.new:
        mistake.fail(place.line, "the + lines equal the - lines, so that nothing is changed")


def _find(mistake, place, solution):
    """Return the index of the line in the solution where a place begins; there must be exactly one."""
    lines, size = solution.lines, len(place.old)
    found = [i for i in range(len(lines) - size + 1) if lines[i : i + size] == place.old]
    if len(found) == 1:
        return found[0]
    if found:
        where = " and ".join(str(solution.numbers[i]) for i in found)
        what = "its - line occurs" if size == 1 else f"its {size} - lines occur"
        message = f"{what} in solution.py at the lines {where}"
        mistake.fail(
            place.line, f"{message}: add lines around them, with - and with +, until it is one place"
        )
    for k, line in enumerate(place.old):
        if line not in lines:
            mistake.fail(place.line + k, f"solution.py has no line {line.strip()!r} with this indentation")
    mistake.fail(place.line, "its - lines occur in solution.py, but not one directly after the other")
