"""Writes the files of a new exercise, with TODO wherever the author has to write, and adds it to `unit.toml`."""

import json
import re
import tomllib
import unicodedata

from course.errors import CourseError

_SMALL_WORDS = {
    "a",
    "an",
    "and",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "of",
    "on",
    "or",
    "that",
    "the",
    "to",
    "with",
}
_WORDS = 4  # maximal number of words of the title in the name of the folder

TASK = """\
# {title}

TODO: say in one or two sentences what the student computes and why.

**`answer(x)`**: TODO: say what it returns, from `x` of shape `(batch, features)`.

$$\\text{{TODO: the formula}}$$

Example: TODO: one call with small numbers and its result.
"""

DATA = """\
title = {title}
book = "TODO: the section of the book, like §3.3"
points = 2  # the sum of the points of the parts of check.py
minutes = 20
difficulty = {difficulty}  # 1 easy, 2 medium, 3 hard; not lower than that of the exercise before
arrays = "tensor"  # what the functions receive: tensors of the backend, or "numpy"
hints = [
    "TODO: a first hint",
    "TODO: a clearer one",
    "TODO: nearly the answer",
]
"""

SOLUTION = '''\
"""TODO: one line that says what this file is about."""

from keras import ops


def answer(x):
    """TODO: one line that says what it returns.

    Args:
        x: TODO, shape (batch, features).

    Returns:
        TODO, shape (batch, features).
    """
    return ops.zeros_like(x)  # TODO: the solution; the stub is derived from this file
'''

CHECK = '''\
"""Check of {id}: TODO: what the reference is."""

import numpy as np

from course.grading import close, part


def reference(x):
    """TODO: the expected result, with NumPy or SciPy and in another way than solution.py."""
    return np.zeros_like(x)


@part("TODO: what a student reads when this part passes or fails", points=1)
def by_hand(candidate, rng):
    x = np.array([[1.0, 2.0], [3.0, 6.0]], "float32")
    close(candidate.answer(x), np.zeros((2, 2)), inputs={{"x": x}})  # TODO: the numbers of the task's example


@part("agrees with the definition", points=1)
def values(candidate, rng):
    x = rng.normal(size=(5, 3)).astype("float32")
    close(candidate.answer(x), reference(x), inputs={{"x": x}}, rtol=1e-5)
'''

MISTAKES = """\
# TODO: write at least two plausible mistakes below, each a named change of solution.py.
# They look like the following lines, but without the comment sign and the space at their beginning.
#
# @@ wrong_axis: the sentence that a student reads who makes this mistake
# -    return ops.mean(x, axis=0)
# +    return ops.mean(x, axis=1)
#
# The - lines have to occur in solution.py in exactly one place. A line ~ begins a second place of the same mistake.
"""


def lay_out(unit, title):
    """Write the files of a new exercise, the last one of a unit, and add it to `unit.toml`.

    Returns:
        The new folder.

    Raises:
        CourseError: The title is empty, or the exercise cannot be added to `unit.toml`.
    """
    title = " ".join(title.split())
    if not title:
        raise CourseError('The exercise needs a title, like "A softmax that does not overflow".')
    number = max((exercise.number for exercise in unit.exercises), default=0) + 1
    if number > 99:
        raise CourseError(f"{unit.name} has an exercise 99: the next one needs a number of two digits, too.")
    id = f"ex{number:02d}_{_slug(title)}"
    folder = unit.path / "exercises" / id
    if folder.exists():
        raise CourseError(
            f"{folder} is there already, but {unit.name}/unit.toml does not list it: enter or remove it."
        )
    order = unit.path / "unit.toml"
    entered = _entered(order, id)
    difficulty = max((exercise.difficulty for exercise in unit.exercises), default=1)
    folder.mkdir(parents=True)
    for name, text in (
        ("task.md", TASK.format(title=title)),
        ("exercise.toml", DATA.format(title=json.dumps(title, ensure_ascii=False), difficulty=difficulty)),
        ("solution.py", SOLUTION),
        ("check.py", CHECK.format(id=id)),
        ("mistakes.diff", MISTAKES),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    order.write_text(entered, encoding="utf-8")
    return folder


def _slug(title):
    """Return the first words of a title in the form of a folder's name."""
    plain = unicodedata.normalize("NFKD", title.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    chosen = [word for word in words if word not in _SMALL_WORDS] or words or ["exercise"]
    return "_".join(chosen[:_WORDS])


def _entered(path, id):
    """Return the text of a `unit.toml` with one more exercise at the end of its list."""
    text = path.read_text(encoding="utf-8")
    before = tomllib.loads(text)
    if "exercises" in before:
        new = re.sub(
            r"(?ms)^(exercises\s*=\s*\[)(.*?)(,?\s*)(\])",
            lambda m: f'{m[1]}{m[2].rstrip()}{"," if m[2].strip() else ""}\n    "{id}",\n{m[4]}',
            text,
            count=1,
        )
    else:
        new = re.sub(
            r"(?m)^(book\s*=.*\n)", lambda m: f'{m[1]}exercises = [\n    "{id}",\n]\n', text, count=1
        )
    wanted = before | {"exercises": [*before.get("exercises", []), id]}
    try:
        fits = tomllib.loads(new) == wanted
    except tomllib.TOMLDecodeError:
        fits = False
    if not fits:
        raise CourseError(
            f'{path}: write exercises = ["ex01_…", …] above the tables, then run the command again.'
        )
    return new
