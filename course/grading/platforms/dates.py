"""Reads times as Moodle and Gradescope write them in their tables."""

import re
from datetime import datetime

from course.errors import CourseError
from course.grading.batch.times import read_time

_MONTHS = (
    ("january", "januar", "janvier", "jan"),
    ("february", "februar", "février", "feb"),
    ("march", "märz", "mars", "mar", "mär"),
    ("april", "avril", "apr"),
    ("may", "mai"),
    ("june", "juni", "juin", "jun"),
    ("july", "juli", "juillet", "jul"),
    ("august", "août", "aug"),
    ("september", "septembre", "sept", "sep"),
    ("october", "oktober", "octobre", "oct", "okt"),
    ("november", "novembre", "nov"),
    ("december", "dezember", "décembre", "dec", "dez"),
)
_NUMBER_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_LONG = re.compile(
    r"(?:[^\W\d]+,?\s+)?(?:(?P<day>\d{1,2})\.?\s+(?P<month>[^\W\d]+)\.?|(?P<month2>[^\W\d]+)\s+(?P<day2>\d{1,2}),?)"
    r"\s+(?P<year>\d{4}),?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?\s*(?P<half>[ap]\.?m\.?)?(?:\s+uhr)?"
)
_GRADESCOPE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d:?\d\d|UTC)")


def read_platform_time(text, zone=None):
    """Return the datetime of a cell; None if the cell is empty or a dash.

    >>> read_platform_time("Wednesday, 10 June 2026, 2:14 PM", read_time("2026-01-01T00:00Z").tzinfo).isoformat()
    '2026-06-10T14:14:00+00:00'

    Raises:
        CourseError: The text is not a time in one of the known forms.
    """
    text = text.strip()
    if text in ("", "-", "–", "—"):
        return None
    if found := _GRADESCOPE.fullmatch(text):
        return read_time(found[1] + found[2].replace("UTC", "+00:00"), zone)
    found = _LONG.fullmatch(text.casefold())
    if not found:
        return read_time(text, zone)
    month = _NUMBER_OF.get(found["month"] or found["month2"])
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    try:
        when = datetime(
            int(found["year"]), month or 0, int(found["day"] or found["day2"]), hour, int(found["minute"])
        )
    except ValueError:
        raise CourseError(f"{text!r} is not a date and time.") from None
    return read_time(when.isoformat(), zone)
