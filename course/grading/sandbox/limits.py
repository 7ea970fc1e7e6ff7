"""How much of the machine one candidate may use, and the child's side of it.

Memory is bounded twice. `RLIMIT_DATA` counts what a process can write to, beyond what the warm process it was copied
from already had: one process that asks for too much gets a `MemoryError`. (`RLIMIT_AS` counts reserved addresses too,
of which TensorFlow and JAX take many gigabytes without using them.) And whoever watches a candidate adds up
what all its processes hold, and ends them above the limit.
"""

import contextlib
import os
from dataclasses import asdict, dataclass

_MIB = 1 << 20


@dataclass(frozen=True)
class Allowance:
    """What a candidate may use: MiB of memory, seconds of processor time, MiB of files, processes."""

    memory: int = 2048
    cpu: int = 120
    files: int = 64
    processes: int = 32
    descriptors: int = 256

    def as_dict(self):
        """Return what JSON can hold."""
        return asdict(self)


def impose(allowance, alone=True):
    """Put this process and all that it starts under the limits; they cannot be raised again.

    The kernel counts processes by user: only where the candidate is the user's only program (`alone`) is there a
    limit on them.
    """
    import resource  # not on Windows, where the grader reads this file too

    def at_most(kind, value):
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))

    at_most(resource.RLIMIT_DATA, _data() + allowance.memory * _MIB)
    at_most(resource.RLIMIT_CPU, allowance.cpu)
    at_most(resource.RLIMIT_FSIZE, allowance.files * _MIB)
    at_most(resource.RLIMIT_NOFILE, allowance.descriptors)
    at_most(resource.RLIMIT_CORE, 0)
    at_most(resource.RLIMIT_MSGQUEUE, 0)
    if alone:  # threads count too, and a library may start several for every processor
        at_most(resource.RLIMIT_NPROC, 4 * allowance.processes + 8 * (os.cpu_count() or 1))
    # if the machine runs out of memory, this one goes first
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as stream:
        stream.write("1000")


def usage(pids):
    """Return the number of processes among `pids` that are still there, and the bytes that each holds."""
    held = []
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            held.append(_status(pid, "RssAnon") + _status(pid, "RssShmem"))
    return held


def held_by(pid):
    """Return the bytes of memory that a process holds for itself, without the files it has mapped."""
    return sum(usage([pid]))


def _data():
    return _status("self", "VmData")


def _status(pid, key):
    """Return a number of bytes from /proc; 0 for a process that has none, as one that has ended."""
    with open(f"/proc/{pid}/status") as stream:
        for line in stream:
            if line.startswith(key + ":"):
                return int(line.split()[1]) << 10
    return 0
