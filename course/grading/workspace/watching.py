"""Notices that files were saved: through watchfiles if it is installed, else by looking several times a second."""

import time
from importlib.util import find_spec

INTERVAL = 0.4  # seconds between two looks


def changes(paths, polling=None):
    """Return an endless iterator: whenever some of the files were saved, the list of those.

    Args:
        paths: The files; one that is not there yet counts as changed when it appears.
        polling: True to look, False to use watchfiles; None: whichever is there.
    """
    paths = [path.resolve() for path in paths]
    if polling is None:
        polling = find_spec("watchfiles") is None
    before = {path: _state(path) for path in paths}  # now, and not when the first change is asked for
    return (_looked if polling else _told)(paths, before)


def _told(paths, before):
    import watchfiles

    folders = {path.parent for path in paths}
    for _ in watchfiles.watch(*folders, raise_interrupt=True, yield_on_timeout=True):
        before, saved = _compare(before, paths)
        if saved:
            yield saved


def _looked(paths, before):
    while True:
        time.sleep(INTERVAL)
        before, saved = _compare(before, paths)
        if saved:
            yield saved


def _compare(before, paths):
    """Return the state now, and the files that are there and were changed."""
    now = {path: _state(path) for path in paths}
    return now, [path for path in paths if now[path] is not None and now[path] != before[path]]


def _state(path):
    """Return what changes when a file is saved, also by editors that write a new one in its place."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
