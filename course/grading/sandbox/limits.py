"""The resource limits of one candidate, and the functions of the child that set and measure them.

Memory has two limits. `RLIMIT_DATA` limits the writable memory of one process beyond the memory of the process
from which it was forked: a process that allocates more gets a `MemoryError`. (`RLIMIT_AS` also counts reserved
addresses, of which TensorFlow and JAX reserve many gigabytes without using them.) In addition, the supervisor adds up
the memory of all processes of a candidate and kills them if the sum exceeds the limit. Where the grader can make a
control group, the kernel counts too (`cgroup.py`).
"""

import contextlib
import os
from dataclasses import asdict, dataclass

_MIB = 1 << 20
# pages of a process that no file backs, in memory and swapped out, and the tables that the kernel keeps for its pages
_MEMORY = ("RssAnon", "RssShmem", "VmSwap", "VmPTE")
_BUFFER = 256 << 10  # the bytes that an open file can hold in the kernel at most: the buffer of a socket


@dataclass(frozen=True)
class Allowance:
    """The limits of a candidate: MiB of memory, seconds of processor time, MiB of files, processes, descriptors."""

    memory: int = 2048
    cpu: int = 120
    files: int = 64
    processes: int = 32
    descriptors: int = 256

    def as_dict(self):
        """Return the limits as a dict that can be written as JSON."""
        return asdict(self)

    def threads(self):
        """Return how many processes and threads a candidate may have: a library may start several for every core."""
        return 4 * self.processes + 8 * (os.cpu_count() or 1)


def impose(allowance, alone=True):
    """Set the limits for this process and all processes that it starts; they cannot be raised again.

    The kernel counts the processes of a user. Therefore the number of processes is limited only if the candidate is
    the only program of its user (`alone`).
    """
    import resource  # does not exist on Windows, where the grader imports this file too

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
    if alone:  # threads count too
        at_most(resource.RLIMIT_NPROC, allowance.threads())
    # if the machine runs out of memory, the kernel kills this process first
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as stream:
        stream.write("1000")


def processes_inside():
    """Return the processes that are in a process namespace below the one that /proc shows, such as a candidate's."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/status") as stream:
            numbers = next((line.split()[1:] for line in stream if line.startswith("NSpid:")), ())
            if len(numbers) > 1:  # the number of the process in each namespace
                found.append(int(name))
    return found


def usage(pids):
    """Return a list with the bytes of memory of each process among `pids` that still exists."""
    sizes = []
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            sizes.append(sum(_status(pid, *_MEMORY)) + _BUFFER * _open_files(pid))
    return sizes


def shares(pids):
    """Return the bytes of memory of several processes; what they share counts in parts.

    Forks share the memory of the process from which they were forked until they write into it.
    """
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            total += sum(_status(pid, "VmPTE")) + _BUFFER * _open_files(pid)
            total += sum(_status(pid, "Pss_Anon", "Pss_Shmem", "SwapPss", table="smaps_rollup"))
    return total


def memory_of(pid):
    """Return the bytes of memory of a process, without the files that it has mapped."""
    return sum(usage([pid]))


def _data():
    return sum(_status("self", "VmData"))


def _open_files(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:  # the process hides them
        return Allowance().descriptors


def _status(pid, *keys, table="status"):
    """Return numbers of bytes from /proc; those of missing entries are left out, as for a process that has ended."""
    with open(f"/proc/{pid}/{table}") as stream:
        lines = [line.split() for line in stream]
    return [int(line[1]) << 10 for line in lines if line and line[0][:-1] in keys]
