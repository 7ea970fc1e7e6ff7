"""How much processor time a process and its descendants have used, and whether one of them could run now."""

import contextlib
import os
import time
from typing import NamedTuple

_STATE, _USER, _WAITED = (
    0,
    slice(11, 13),
    slice(13, 15),
)  # fields of /proc/*/stat after the name of the command
_RUNNABLE = {"R", "D"}
_LOOKS, _PAUSE = 5, 0.02


class Use(NamedTuple):
    """Seconds of processor time, and whether a thread runs or waits for a processor."""

    seconds: float
    runnable: bool


def use(pid, look=True):
    """Return the `Use` of a process and its descendants, or None where the system does not tell.

    Args:
        pid: The number of the process.
        look: Whether to look for a runnable thread, which takes up to a tenth of a second; otherwise it is False.
    """
    if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        return None
    pids = list(_descendants(pid))
    seconds = sum(map(_seconds, pids))
    for attempt in range(_LOOKS if look else 0):
        if attempt:
            time.sleep(_PAUSE)
        if _states(pids) & _RUNNABLE:
            return Use(seconds, True)
    return Use(seconds, False)


def _descendants(pid):
    yield pid
    for thread in _threads(pid):
        with (
            contextlib.suppress(OSError),
            open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as stream,
        ):
            for child in map(int, stream.read().split()):
                yield from _descendants(child)


def _threads(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def _seconds(pid):
    """Return the time of a process, with that of the children for which it has waited."""
    fields = _stat(f"/proc/{pid}/stat")
    ticks = sum(map(int, fields[_USER] + fields[_WAITED])) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _states(pids):
    found = (_stat(f"/proc/{pid}/task/{thread}/stat") for pid in pids for thread in _threads(pid))
    return {fields[_STATE] for fields in found if fields}


def _stat(path):
    with contextlib.suppress(OSError), open(path, encoding="utf-8") as stream:
        return stream.read().rpartition(")")[2].split()
    return []
