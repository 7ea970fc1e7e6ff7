"""Reads times of submissions and deadlines as datetimes with a time zone."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from course.errors import CourseError

_MIDNIGHT = re.compile(r"([\dW-]+)[T ]24(?::?00){0,2}(Z|[+-][\d:]+)?", re.ASCII)
NAME, LIST, MANIFEST, FILE = "its name", "the list of times", "its manifest.json", "its file"
PLATFORM = "the learning platform"


def read_zone(text):
    """Return the time zone that a text names: `Europe/Berlin`, `UTC`, `+01:00`.

    Raises:
        CourseError: The time zone does not exist.
    """
    if text.upper() in ("UTC", "Z"):
        return UTC
    try:
        if text[:1] in ("+", "-"):
            return datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError):  # ZoneInfoNotFoundError is a LookupError
        raise CourseError(
            f"There is no time zone {text!r}: write one like Europe/Berlin, UTC or +01:00."
        ) from None


def read_time(text, zone=None, end=False):
    """Return a datetime with a time zone.

    Args:
        text: A date, or a date and time, in ISO 8601: `2026-11-20`, `2026-11-20T18:00+01:00`.
        zone: The time zone of a text without one; None for that of this machine.
        end: If True, a date without a time means the last second of the day, as for a deadline, else the first.

    Raises:
        CourseError: The text is not a date.
    """
    text = text.strip()
    try:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            if re.search(r"[T ]\d\d(:?\d\d)?[.,]", text):  # Python reads 18.30 as 18 hours and 0.3 seconds
                raise
            midnight = _MIDNIGHT.fullmatch(text)  # 24:00 is the end of a day, which Python 3.11 does not read
            when = datetime.fromisoformat(
                "{}T00:00{}".format(midnight[1], midnight[2] or "") if midnight else text
            )
            when += timedelta(days=1 if midnight else 0)
        else:
            when = datetime.combine(day, time(23, 59, 59) if end else time())
        return _placed(when, zone)
    except (ValueError, OverflowError, OSError):
        raise CourseError(
            f"{text!r} is not a date and time: write it like 2026-11-20 or 2026-11-20T18:00+01:00."
        ) from None


def from_seconds(seconds, zone=None):
    """Return the datetime of a number of seconds since 1970, or None if Python cannot represent it."""
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None


def shown_time(when):
    """Return a datetime as text with its time zone: `2026-11-20 23:59:59 (Europe/Berlin, UTC+01:00)`."""
    offset = str(timezone(when.utcoffset()))
    names = dict.fromkeys((str(getattr(when.tzinfo, "key", None) or when.tzname()), offset))
    return f"{when:%Y-%m-%d %H:%M:%S} ({', '.join(names)})"


def _placed(when, zone):
    return when.replace(tzinfo=zone) if when.tzinfo is None and zone is not None else when.astimezone(zone)
