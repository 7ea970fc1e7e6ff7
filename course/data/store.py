"""Cache, mirror, source: the order in which a set that does not come with the course is looked for."""

import logging

from course.data import cache, mirror_reading, upstream
from course.data.errors import DataOffline
from course.data.transfer import Unreachable

logger = logging.getLogger(__name__)


def find(card, refresh=False):
    """Find and verify a set; what comes from a mirror or its source is kept in the cache.

    A place without the set is skipped; a place that does not answer is skipped with a note. If a place has a wrong
    file, the search ends with an error that names it.

    Args:
        card: the ``Card``.
        refresh: ignore the cache and write it again.

    Returns:
        The arrays, the name of the place, and notes for the reader.

    Raises:
        DataOffline: no place has it.
        DataRefused: a place has a file that differs from its card.
    """
    arrays = None if refresh else cache.read(card)
    if arrays is not None:
        return arrays, "cache", ()
    arrays, place, notes = _fetch(card)
    kept = cache.write(card, arrays)
    notes = [*notes, kept] if kept else notes
    for note in notes:
        logger.warning("%s: %s", card.name, note)
    return arrays, place, tuple(notes)


def where(card):
    """Say where ``find`` would find a set now, without opening it."""
    if (file := cache.path(card)) is not None and file.exists():
        return "cache"
    if mirror_reading.holds(card):
        return "mirror"
    return "upstream (not yet downloaded)" if card.upstream else "missing"


def _fetch(card):
    mirror, notes = mirror_reading.address(), []
    try:
        arrays = mirror_reading.read(card)
        if arrays is not None:
            return arrays, f"mirror {mirror}", notes
        missed = f"the mirror {mirror} does not have it" if mirror else "COURSE_MIRROR is not set"
    except Unreachable as error:
        missed = f"the mirror does not answer ({error})"
        notes.append(missed)
    if not card.upstream:
        raise _offline(card, missed, "it cannot be downloaded")
    try:
        return upstream.read(card), "upstream", notes
    except Unreachable as error:
        raise _offline(card, missed, f"its source cannot be reached ({error})") from error


def _offline(card, missed, source):
    holding = " or ".join([card.file, *([" and ".join(card.raw.values())] if card.raw else [])])
    online = ", or go online once" if card.upstream else ""
    return DataOffline(
        f"{card.name} is not available: it is not {_in_cache(card)}, {missed}, and {source}. "
        f"Set COURSE_MIRROR to a folder or URL that holds {holding}{online}; "
        f"the set that needs neither is {card.stand_in!r}."
    )


def _in_cache(card):
    """Return where the cache would have it, for a sentence."""
    file = cache.path(card)
    return f"at {file}" if file else "in a cache (this user has no home folder: set COURSE_CACHE to a folder)"
