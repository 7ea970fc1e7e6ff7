"""Finds the person of the roster whom the name of a submission means."""

import itertools
import unicodedata

from course.grading.batch.submission import folded
from course.grading.platforms.columns import CANVAS, WORKSHEET

_ROSTER_OF = {"Canvas": CANVAS, "Moodle": WORKSHEET}


class People:
    """The persons of a roster, by all of their names.

    Args:
        roster: A dictionary student → `Enrolled`.
    """

    def __init__(self, roster):
        columns = getattr(roster, "columns", None)
        self._platform = columns.platform if columns else None
        self._roster = roster
        self._students, self._numbers, self._files, self._names, self._plain = {}, {}, {}, {}, {}
        for one in roster.values():
            self._students.setdefault(folded(one.student), set()).add(one.student)
            self._files.setdefault(one.platform_number, set()).add(one.student)
            for number in one.numbers:
                self._numbers.setdefault(folded(number), set()).add(one.student)
            for name in _orders(one.name):
                self._names.setdefault(_key(name), set()).add(one.student)
                self._plain.setdefault(_plain(name), set()).add(one.student)

    def find(self, text):
        """Return the student whom a text names (an identifier or a full name), and how it was found.

        Returns:
            `(student, "")` if the text is the student's name in our files; `(student, sentence)` if it is another one
            of the person's names; `(None, sentence)` if it fits several persons; `(None, "")` if it fits none.
        """
        for table, form, kind in (
            (self._students, folded, "except for capitals or the form of characters"),
            (self._numbers, folded, "by an address, a login or a number"),
            (self._names, _key, "by the name"),
            (self._plain, _plain, "by the name without accents"),
        ):
            found = sorted(table.get(form(text), ())) if form(text) else []
            if len(found) == 1:
                return found[0], "" if found[0] == text else f"was taken for {found[0]}, {kind} in the roster"
            if found:
                return None, f"fits {' and '.join(found[:4])} of the roster {kind}: rename it"
        return None, ""

    def names(self, student):
        """Return all names of a student of the roster."""
        one = self._roster[student]
        return (student, one.name, *one.numbers)

    def of_file(self, platform, number):
        """Return the student to whom the platform gave this number, or None."""
        if not number or self._platform != _ROSTER_OF.get(platform):
            return None
        found = self._files.get(number, ())
        return next(iter(found)) if len(found) == 1 else None


def _orders(name):
    """Return a full name with each of its words in front: `Anna Maria Müller` is also `Müller Anna Maria`."""
    words = name.split()
    return [" ".join(words[i:] + words[:i]) for i in range(len(words))]


def _key(name):
    return "".join(c for c in folded(name) if c.isalnum())


def _plain(name):
    letters = itertools.chain.from_iterable(unicodedata.normalize("NFD", c) for c in folded(name))
    return "".join(c for c in letters if c.isalnum())
