"""Runs one candidate in its own namespaces inside the jail: with its own processes, its own /tmp and its own limits.

The warm process in the jail forks for every file. In a jail the fork starts two more processes:

    supervisor  the fork itself: creates the process namespace, starts `init`, watches it, and reports how it ended
    init        process 1 of the new namespace: mounts /proc and an empty /tmp of limited size, collects orphans
    candidate   drops all privileges, sets its limits, installs the filter of system calls, and serves its file

A candidate does not see the supervisor and the warm process, so it cannot signal, trace or read them. When `init` ends,
the kernel ends all processes in its namespace: no process, file, shared memory or socket is left for the next
candidate. The filter (`system_calls.py`) refuses the keys of the kernel, which would stay.
"""

import contextlib
import faulthandler
import os
import select
import signal
import sys
import zlib

from course.grading.sandbox import kernel, limits

_POLL = 50  # milliseconds between two measurements of the processes in a namespace
NOBODY = 65534
FILTER = "MEDL_FILTER"  # the environment variable that holds the compiled filter of system calls


def run(serve, allowance, shared=(), own=()):
    """Make namespaces, run `serve()` as the candidate in them, and return how it ended.

    Args:
        serve: The function that the candidate's process runs.
        allowance: The `Allowance` of the candidate.
        shared: File descriptors for the candidate; the other processes close them.
        own: File descriptors for the supervisor only.

    Returns:
        `{"ended": exit status}`, −n for the signal n; with `"why"` "memory" or "processes" if the candidate was
        killed because it exceeded that limit.
    """
    faulthandler.disable()  # only the candidate uses it
    kernel.unshare(kernel.NEW_PIDS | kernel.NEW_IPC | kernel.NEW_NETWORK | kernel.NEW_NAMES)
    uid = _uid()
    init = os.fork()
    if init == 0:
        _close(own)
        _init(serve, allowance, shared, uid)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(init, signal.SIGKILL))
    _close(shared)
    why = _watch(init, allowance)
    _, status = os.waitpid(init, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"ended": code if code < 128 else 128 - code} | ({"why": why} if why else {})


def enter_alone():
    """Give this process an empty /tmp and no privileges, without a new process, for a file of the course."""
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.keep_mounts_private()
    _mount_scratch(256)
    kernel.drop_privileges(_uid())
    kernel.filter_system_calls(os.environ.pop(FILTER))


def _init(serve, allowance, shared, uid):
    """Run process 1 of the namespace; this function never returns."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # process 1 ignores signals for which it has no handler
        kernel.unshare(kernel.NEW_MOUNTS)
        kernel.keep_mounts_private()
        kernel.mount("proc", "/proc", "proc", kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC)
        kernel.kernel_views()
        _mount_scratch(allowance.files)
        candidate = os.fork()
        if candidate == 0:
            _candidate(serve, allowance, uid)
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


def _candidate(serve, allowance, uid):
    """Run the candidate's process; this function never returns."""
    code = 1
    try:
        os.setsid()
        os.chdir("/tmp")
        limits.impose(allowance)
        kernel.drop_privileges(uid)
        kernel.filter_system_calls(os.environ.pop(FILTER))
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


def _uid():
    """Return a user id that no other process has, if this process is root, else None.

    Every supervisor has its own number, so the candidates of one warm process are different users, too.
    """
    if os.getuid() != 0:
        return None
    with open("/proc/self/uid_map") as stream:
        mapped = max(int(first) + int(count) for first, _, count in map(str.split, stream))
    own = (1 << 30) + zlib.crc32(f"{os.environ.get('MEDL_JAIL', '')} {os.getpid()}".encode()) % (1 << 29)
    return own if own < mapped else NOBODY


def _watch(init, allowance):
    """Wait until `init` has ended; if its processes exceed a limit, kill it and return the name of the limit."""
    waiting = select.poll()
    waiting.register(os.pidfd_open(init), select.POLLIN)
    base = limits.memory_of("self")
    others = {1, os.getpid(), os.getppid()}
    while not waiting.poll(_POLL):
        inside = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in others]
        sizes = limits.usage(inside)
        why = None
        if len(sizes) > allowance.processes + 1:  # init is one of them
            why = "processes"
        elif sum(max(0, size - base) for size in sizes) > allowance.memory << 20:
            why = "memory"
        if why:
            with contextlib.suppress(ProcessLookupError):
                os.kill(init, signal.SIGKILL)
            return why
    return None


def _probe(folders):
    """Test, as a candidate, whether a candidate can work in this jail: later imports must work too."""
    import encodings.utf_8_sig  # noqa: F401

    for folder in folders:
        os.listdir(folder)
    print("namespaces made", flush=True)


if __name__ == "__main__":  # the grader runs this inside a new jail to test whether namespaces can be made
    existing = [folder for folder in sys.path if os.path.isdir(folder)]
    print(run(lambda: _probe(existing), limits.Allowance()))
