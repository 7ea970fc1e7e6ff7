"""The units that a user names, for commands that work on whole units."""

from course import catalog as catalogs
from course.errors import CourseError


def named(catalog, words, advice):
    """Return the units that the words name, in the order of the course; all of them without a word or with `all`.

    Args:
        catalog: The `Catalog` of the course.
        words: What the user has typed.
        advice: The end of the sentence about a word that names no unit; `{unit}` is the unit to which it belongs.

    Raises:
        CourseError: A word names an experiment or an exercise, or nothing.
    """
    if not words or "all" in [word.lower() for word in words]:
        return catalog.units
    found = [catalog.find(word) for word in words]
    for word, thing in zip(words, found, strict=True):
        if not isinstance(thing, catalogs.Unit):
            raise CourseError(f"{word} is no unit: {advice.format(unit=thing.unit.name)}.")
    return [unit for unit in catalog.units if unit in found]
