"""Notices that files were saved: with watchfiles if it is installed, else by checking several times a second."""

import time
from importlib.util import find_spec

INTERVAL = 0.4  # seconds between two checks


def changes(paths, polling=None):
    """Return an endless iterator over lists of files; each list contains the files that were just saved.

    Args:
        paths: The files; a file that does not exist yet counts as changed when it appears.
        polling: True to check the files regularly, False to use watchfiles; None: watchfiles if it is installed.
    """
    paths = [path.resolve() for path in paths]
    if polling is None:
        polling = find_spec("watchfiles") is None
    before = {path: _state(path) for path in paths}  # at the time of this call, not of the first iteration
    return (_poll if polling else _watch)(paths, before)


def _watch(paths, before):
    import watchfiles

    folders = {path.parent for path in paths}
    for _ in watchfiles.watch(*folders, raise_interrupt=True, yield_on_timeout=True):
        before, saved = _compare(before, paths)
        if saved:
            yield saved


def _poll(paths, before):
    while True:
        time.sleep(INTERVAL)
        before, saved = _compare(before, paths)
        if saved:
            yield saved


def _compare(before, paths):
    """Return the present state of the files, and the existing files that were changed."""
    now = {path: _state(path) for path in paths}
    return now, [path for path in paths if now[path] is not None and now[path] != before[path]]


def _state(path):
    """Return time, size and inode of a file; saving changes them, also in editors that replace the file."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
