"""What a process does inside the jail to become a candidate: an empty /tmp, limits, no privileges, fewer system calls.

A student's file runs in a fork of the warm process, in namespaces of its own (`supervisor.py`). The course's own
files run one after the other in one process (`enter_alone`). The filter (`system_calls.py`) refuses among others the
keys of the kernel, which would stay for the next candidate.
"""

import faulthandler
import os
import zlib

from course.grading.sandbox import kernel, limits

NOBODY = 65534
FILTER = "MEDL_FILTER"  # the environment variable that holds the compiled filter of system calls


def become_candidate(allowance, number):
    """Set the limits of this process, drop its privileges, and install the filter; nothing of this can be undone.

    Args:
        allowance: The `Allowance` of the candidate.
        number: A number that no other candidate of this jail has at the same time.
    """
    os.setsid()
    os.chdir("/tmp")
    uid = _uid(number)
    limits.impose(allowance)
    kernel.freeze_proc()
    kernel.drop_privileges(uid)
    kernel.filter_system_calls(os.environ.pop(FILTER))
    faulthandler.enable()


def become_restricted(allowance):
    """Without namespaces: set limits for this process, and install the filter if the launcher has compiled one.

    Without the filter this is an ordinary child process (`launcher.plain`).
    """
    limits.impose(allowance, alone=False)
    if FILTER in os.environ:
        kernel.filter_system_calls(os.environ.pop(FILTER))


def hide_from_candidates():
    """Hide this process, and its forks, from forks that have the same user: they cannot read or change its memory."""
    if FILTER in os.environ:
        kernel.hide()


def enter_alone():
    """Give this process an empty /tmp and no privileges, without a new process, for a file of the course."""
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.keep_mounts_private()
    mount_scratch(256)
    kernel.drop_privileges(_uid(os.getpid()))
    kernel.filter_system_calls(os.environ.pop(FILTER))


def mount_scratch(mib):
    """Mount an empty /tmp and an empty /dev/shm of limited size, from which no program and no library in C can run."""
    plain = kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC
    # The clone may be below /tmp. Then its packages are mounted again, read-only, below the new /tmp.
    kept = [path for path in os.environ.get("MEDL_UNDER_TMP", "").split(os.pathsep) if path]
    descriptors = {path: os.open(path, os.O_PATH) for path in kept}
    folders = {path: os.path.isdir(path) for path in kept}
    kernel.mount("tmpfs", "/tmp", "tmpfs", plain, f"size={mib}m,nr_inodes=8192,mode=1777")
    for path, descriptor in descriptors.items():
        os.makedirs(path if folders[path] else os.path.dirname(path), mode=0o755, exist_ok=True)
        if not folders[path]:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))
        kernel.mount(f"/proc/self/fd/{descriptor}", path, flags=kernel.BIND | kernel.BELOW)
        os.close(descriptor)
    kernel.mount("tmpfs", "/dev/shm", "tmpfs", plain, "size=16m,nr_inodes=512,mode=1777")
    os.chdir("/tmp")


def _uid(number):
    """Return a user id that no other process has, if this process is root, else None.

    Every candidate has its own number, so the candidates of one warm process are different users, too.
    """
    if os.getuid() != 0:
        return None
    with open("/proc/self/uid_map") as stream:
        mapped = max(int(first) + int(count) for first, _, count in map(str.split, stream))
    own = (1 << 30) + zlib.crc32(f"{os.environ.get('MEDL_JAIL', '')} {number}".encode()) % (1 << 29)
    return own if own < mapped else NOBODY
