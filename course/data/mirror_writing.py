"""Make a mirror: one folder that serves a class without internet."""

from course import paths
from course.data import container, store
from course.data.cards import card
from course.data.errors import DataError


def mirror(names, folder):
    """Write the files of data sets into a folder for others to use as ``COURSE_MIRROR``.

    Each set is found in the usual order and verified before it is written.

    Args:
        names: sets to write. Embedded and generated ones need no mirror and are refused.
        folder: where to; made if need be.

    Returns:
        The paths written.

    Raises:
        DataError: a set needs no mirror, or the folder cannot be written.
        DataOffline, DataRefused: as in ``load``.
    """
    cards = [card(name) for name in ([names] if isinstance(names, str) else names)]
    for each in cards:
        if each.kind != "upstream":
            raise DataError(f"{each.name} comes with the course: it needs no mirror.")
    written = []
    for each in cards:
        arrays, _, _ = store.find(each)
        path = paths.expanded(folder) / each.file
        try:
            container.write(path, arrays, compressed=True)
        except OSError as error:
            raise DataError(f"{path} cannot be written: {error.strerror or error}.") from error
        written.append(path)
    return written
