"""Verses from a small grammar: text whose entropy is known, so that no model of it can have a lower cross-entropy."""

import functools
import itertools
import math

import numpy as np

from course.data.generated.sampling import positive

# the last words of a line depend on its first ones
FRAMES = (
    ("at dawn", "till day is gone"),
    ("by night", "without a light"),
    ("alas", "as seasons pass"),
    ("once more", "from shore to shore"),
    ("in spring", "and I shall sing"),
    ("so soon", "beneath the moon"),
    ("in vain", "through wind and rain"),
    ("at last", "when storms are past"),
)
SUBJECTS = (
    "the king",
    "the queen",
    "a gentle fool",
    "my lord",
    "the old soldier",
    "a weary rose",
    "her brother",
    "sweet love",
)
VERBS = (
    "sees",
    "shall follow",
    "forgives",
    "has lost",
    "must guard",
    "may yet find",
    "cannot hold",
    "praises",
)
OBJECTS = (
    "the crown",
    "his own shadow",
    "a distant shore",
    "the silent sword",
    "her golden ring",
    "the winter wind",
    "a secret letter",
    "the broken mirror",
)


def verses(n=2000, seed=0):
    """Draw lines of verse.

        line → opening "," subject verb object ending

    Each part is drawn uniformly from 8, apart from the ending, which belongs to the opening. A model that is to predict
    the ending has to remember the opening over about 40 characters.

    Args:
        n: number of lines.
        seed: of the random numbers.

    Returns:
        ``x`` (steps,) of strings, the lines without their line ends.
    """
    positive(n=n)
    rng = np.random.default_rng(seed)
    drawn = zip(*(rng.integers(8, size=n) for _ in range(4)), strict=True)
    return {"x": np.array([_line(*parts) for parts in drawn])}


@functools.cache
def all_lines():
    """The set of the 4,096 lines that the grammar has. It is made once, since it is asked for line after line."""
    return frozenset(_line(*parts) for parts in itertools.product(range(8), repeat=4))


def nats_per_character():
    """The entropy of the verses: what a model that knows the grammar pays for a character on average.

    A line has the entropy 4 log 8, for different choices make different lines, and every choice is equally likely. The
    limit of the cost per character over a long text is this entropy over the mean number of characters in a line, its
    line end included.
    """
    # the parts are independent, so the mean length of a line is the sum of the mean lengths, 5 separators and line end
    lengths = [
        np.mean([len(first) + len(last) for first, last in FRAMES]),
        *(np.mean([len(part) for part in parts]) for parts in (SUBJECTS, VERBS, OBJECTS)),
    ]
    return 4 * math.log(8) / (sum(lengths) + len(", ") + 3 * len(" ") + len("\n"))


def _line(frame, subject, verb, target):
    opening, ending = FRAMES[frame]
    return f"{opening}, {SUBJECTS[subject]} {VERBS[verb]} {OBJECTS[target]} {ending}"
