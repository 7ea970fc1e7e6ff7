"""Namespaces of its own for one candidate, inside the jail: its processes, its /tmp, its limits. Runs in the child.

The warm process in the jail forks for every file. In a jail the copy goes through three hands:

    keeper    leaves the shared process and mount namespaces to the next, watches, and reports how it ended
    init      process 1 of the new namespaces: mounts /proc and an empty /tmp of limited size, collects orphans
    candidate drops every privilege, takes on the limits, and serves its file

A candidate sees neither keeper nor warm process, so it cannot signal, trace or read them. When `init` ends, the kernel
ends everything in those namespaces: no process, file or shared memory is left for the next candidate.
"""

import contextlib
import faulthandler
import os
import select
import signal
import sys
import zlib

from course.grading.sandbox import kernel, limits

_POLL = 50  # milliseconds between two looks at what the processes of a namespace use
NOBODY = 65534


def run(serve, allowance, shared=(), own=()):
    """Make namespaces, let `serve()` run as the candidate in them, and return how it ended.

    Args:
        serve: What the candidate's process does.
        allowance: Its `Allowance`.
        shared: File descriptors for the candidate only: everybody else closes them.
        own: File descriptors for the keeper only.

    Returns:
        `{"ended": exit status}`, −n for the signal n; with `"why"` "memory" or "processes" where it was ended for
        taking too much.
    """
    faulthandler.disable()  # its handlers are for the candidate
    kernel.unshare(kernel.NEW_PIDS | kernel.NEW_IPC)
    init = os.fork()
    if init == 0:
        _close(own)
        _init(serve, allowance, shared)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(init, signal.SIGKILL))
    _close(shared)
    why = _watch(init, allowance)
    _, status = os.waitpid(init, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"ended": code if code < 128 else 128 - code} | ({"why": why} if why else {})


def enter_alone():
    """For a file of the course's own: an empty /tmp and no privileges, without a new process."""
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.keep_mounts_private()
    _mount_scratch(256)
    kernel.drop_privileges(_uid())


def _init(serve, allowance, shared):
    """Be process 1: never returns."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # process 1 ignores what it has no handler for
        kernel.unshare(kernel.NEW_MOUNTS)
        kernel.keep_mounts_private()
        kernel.mount("proc", "/proc", "proc", kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC)
        kernel.kernel_views()
        _mount_scratch(allowance.files)
        candidate = os.fork()
        if candidate == 0:
            _candidate(serve, allowance)
        kernel.hide()
        _close(shared)
        while True:
            pid, status = os.wait()
            if pid == candidate:
                code = os.waitstatus_to_exitcode(status)
                break
    except BaseException as error:
        with contextlib.suppress(Exception):
            print(f"the jail cannot be set up: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(code if code >= 0 else 128 - code)


def _candidate(serve, allowance):
    """Be the candidate: never returns."""
    code = 1
    try:
        os.setsid()
        os.chdir("/tmp")
        limits.impose(allowance)
        kernel.drop_privileges(_uid())
        faulthandler.enable()
        serve()
        code = 0
    except BaseException as error:
        with contextlib.suppress(BaseException):
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def _close(descriptors):
    for descriptor in descriptors:
        os.close(descriptor)


def _mount_scratch(mib):
    plain = kernel.NO_SUID | kernel.NO_DEVICES
    # A clone may lie under /tmp: its packages, read-only, are shown again in the new one.
    kept = [path for path in os.environ.get("MEDL_UNDER_TMP", "").split(os.pathsep) if path]
    held = {path: os.open(path, os.O_PATH) for path in kept}
    folders = {path: os.path.isdir(path) for path in kept}
    kernel.mount("tmpfs", "/tmp", "tmpfs", plain, f"size={mib}m,nr_inodes=8192,mode=1777")
    for path, descriptor in held.items():
        os.makedirs(path if folders[path] else os.path.dirname(path), mode=0o755, exist_ok=True)
        if not folders[path]:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))
        kernel.mount(f"/proc/self/fd/{descriptor}", path, flags=kernel.BIND | kernel.BELOW)
        os.close(descriptor)
    kernel.mount("tmpfs", "/dev/shm", "tmpfs", plain, "size=16m,nr_inodes=512,mode=1777")
    os.chdir("/tmp")


def _uid():
    """Return the user to become: with the real root's powers one whom nobody else is, else no other."""
    if os.getuid() != 0:
        return None
    with open("/proc/self/uid_map") as stream:
        mapped = max(int(first) + int(count) for first, _, count in map(str.split, stream))
    own = (1 << 30) + zlib.crc32(os.environ.get("MEDL_JAIL", "").encode()) % (1 << 29)
    return own if own < mapped else NOBODY


def _watch(init, allowance):
    """Wait until `init` has ended; end it if its processes take more than they may, and say of what."""
    waiting = select.poll()
    waiting.register(os.pidfd_open(init), select.POLLIN)
    base = limits.held_by("self")
    others = {1, os.getpid(), os.getppid()}
    while not waiting.poll(_POLL):
        inside = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in others]
        held = limits.usage(inside)
        why = None
        if len(held) > allowance.processes + 1:  # init is one of them
            why = "processes"
        elif sum(max(0, size - base) for size in held) > allowance.memory << 20:
            why = "memory"
        if why:
            with contextlib.suppress(ProcessLookupError):
                os.kill(init, signal.SIGKILL)
            return why
    return None


def _look_around(folders):
    """Be a candidate who finds out whether a candidate can work here: also what is imported late must be there."""
    import encodings.utf_8_sig  # noqa: F401

    for folder in folders:
        os.listdir(folder)
    print("namespaces made", flush=True)


if __name__ == "__main__":  # is all of this possible here? Run by the grader inside a new jail
    there = [folder for folder in sys.path if os.path.isdir(folder)]
    print(run(lambda: _look_around(there), limits.Allowance()))
