"""Makes the namespaces of a candidate: two small processes hold them, and a fork of the warm process enters them.

    keeper      forked from the worker before it imports Keras, so it is small; starts a supervisor for every candidate
    supervisor  creates the namespaces, starts `init`, watches the candidate's processes, and reports why it killed them
    init        process 1 of the new process namespace: mounts /proc and an empty /tmp of limited size
    candidate   a fork of a prepared process that enters the namespaces, drops all privileges, and serves its file

To fork a process as large as the prepared one takes longer than everything else here. Each file has one such fork.

A candidate does not see the supervisor, the keeper, the warm process and the prepared ones (`forkserver_child.py`), so
it cannot signal, trace or read them. When `init` ends, the kernel ends all processes in its namespace: no process,
file, shared memory or socket is left for the next candidate.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys

from course.grading.sandbox import kernel, limits, namespace

_PACKET = 4096
_POLL = 50  # milliseconds between two measurements of the processes in a namespace
_MANY = 2  # init and the candidate; each further process could fill the memory that it inherits with something else
_KINDS = ("pid", "mnt", "net", "ipc", "uts")


class NamespaceError(Exception):
    """The namespaces cannot be made; the message has the reason."""


class Keeper:
    """The small process that makes namespaces; it ends when this process ends."""

    def __init__(self):
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            try:
                _keep(theirs.detach())
            finally:
                os._exit(0)
        theirs.close()

    def make(self, allowance):
        """Return new `Namespaces`.

        Raises:
            NamespaceError: They cannot be made.
        """
        report, theirs = os.pipe()
        order = json.dumps({"allowance": allowance.as_dict(), "parent": os.getpid()}).encode()
        try:
            socket.send_fds(self._socket, [order], [theirs])
        finally:
            os.close(theirs)
        return Namespaces(os.fdopen(report))

    def close(self):
        """Close the connection to the keeper, as the candidate's process does."""
        self._socket.close()


class Namespaces:
    """The namespaces of one candidate, as the prepared process sees them."""

    def __init__(self, report):
        self._report = report
        about = json.loads(report.readline() or '{"error": "the keeper of the jail has ended"}')
        if "error" in about:
            report.close()
            raise NamespaceError(about["error"])
        self.number = about["supervisor"]
        self._supervisor = os.pidfd_open(self.number)
        self._kinds = {kind: os.open(f"/proc/{about['init']}/ns/{kind}", os.O_RDONLY) for kind in _KINDS}

    def fork(self):
        """Fork this process; the child is in the new process namespace, and calls `enter`.

        This process stays in its own process namespace, but can fork again for other namespaces only.
        """
        kernel.enter(self._kinds["pid"], kernel.NEW_PIDS)
        pid = os.fork()
        if pid:
            self._close(*self._kinds.values())
        return pid

    def enter(self):
        """Enter the other namespaces, in the candidate's process."""
        for kind in _KINDS[1:]:
            kernel.enter(self._kinds[kind])
        self._close(*self._kinds.values(), self._supervisor)
        self._report.close()

    def end(self):
        """Kill all processes in these namespaces; this process then has to wait for the candidate."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._supervisor, signal.SIGTERM)

    def why(self):
        """End what is left after the candidate has ended, and return the limit that it exceeded, or None."""
        self.end()
        with self._report:
            about = json.loads(self._report.readline() or "{}")
        self._close(self._supervisor)
        return about.get("why")

    @staticmethod
    def _close(*descriptors):
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(control):
    """Start a supervisor for every order, until the socket closes."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    os.closerange(3, control)
    os.closerange(control + 1, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=control) as orders:
        while True:
            packet, descriptors, _, _ = socket.recv_fds(orders, _PACKET, 1)
            if not packet:
                return
            if os.fork() == 0:
                orders.close()
                _supervise(json.loads(packet), *descriptors)
            os.close(*descriptors)


def _supervise(order, report):
    """Make namespaces, watch them until their `init` ends, and never return."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        allowance = limits.Allowance(**order["allowance"])
        kernel.unshare(kernel.NEW_PIDS | kernel.NEW_IPC | kernel.NEW_NETWORK | kernel.NEW_NAMES)
        ready, theirs = os.pipe()
        init = os.fork()
        if init == 0:
            os.close(report)
            _init(allowance, theirs)
        signal.signal(signal.SIGTERM, lambda *_: _kill(init))
        os.close(theirs)
        if (text := os.read(ready, _PACKET)) != b"ready":
            raise NamespaceError(text.decode(errors="replace") or "it ended at once")
        _tell(report, {"init": init, "supervisor": os.getpid()})
        why = _watch(init, allowance, order["parent"])
        os.waitpid(init, 0)
        _tell(report, {"why": why})
    except BaseException as error:
        with contextlib.suppress(BaseException):
            _tell(report, {"error": f"the jail cannot be set up: {error}"})
    finally:
        os._exit(0)


def _init(allowance, ready):
    """Run process 1 of the namespace; this function never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # process 1 ignores signals for which it has no handler
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects orphans
        kernel.unshare(kernel.NEW_MOUNTS)
        kernel.keep_mounts_private()
        kernel.freeze_devices()
        kernel.mount("proc", "/proc", "proc", kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC)
        kernel.kernel_views()
        namespace.mount_scratch(allowance.files)
        kernel.hide()
        os.write(ready, b"ready")
        os.close(ready)
        while True:
            signal.pause()
    except BaseException as error:
        with contextlib.suppress(BaseException):
            os.write(ready, str(error).encode())
    finally:
        os._exit(1)


def _watch(init, allowance, parent):
    """Wait until `init` has ended; if its processes exceed a limit, kill it and return the name of the limit.

    Args:
        init: Process 1 of the candidate's namespace.
        allowance: The limits.
        parent: The process that the candidate was forked from; the memory that both share does not count.
    """
    waiting = select.poll()
    waiting.register(os.pidfd_open(init), select.POLLIN)
    base = limits.memory_of(parent)
    while not waiting.poll(_POLL):
        inside = limits.processes_inside()
        sizes, most = limits.usage(inside), allowance.memory << 20
        why = None
        if len(sizes) > allowance.processes + 1:  # init is one of them
            why = "processes"
        elif sum(max(0, size - base) for size in sizes) > most or (
            len(sizes) > _MANY and limits.shares(inside) > most + base
        ):
            why = "memory"
        if why:
            _kill(init)
            return why
    return None


def _kill(init):
    with contextlib.suppress(ProcessLookupError):
        os.kill(init, signal.SIGKILL)


def _tell(report, about):
    os.write(report, json.dumps(about).encode() + b"\n")


def _probe(folders):
    """Test, as a candidate, whether a candidate can work in this jail: later imports must work too."""
    import encodings.utf_8_sig  # noqa: F401

    for folder in folders:
        os.listdir(folder)
    print("namespaces made", flush=True)


if __name__ == "__main__":  # the grader runs this inside a new jail to test whether namespaces can be made
    existing = [folder for folder in sys.path if os.path.isdir(folder)]
    allowed = limits.Allowance()
    made = Keeper().make(allowed)
    candidate = made.fork()
    if candidate == 0:
        try:
            made.enter()
            namespace.become_candidate(allowed, made.number)
            _probe(existing)
            os._exit(0)
        except BaseException as problem:
            print(problem, file=sys.stderr, flush=True)
        finally:
            os._exit(1)
    _, ended = os.waitpid(candidate, 0)
    made.why()
    print({"ended": os.waitstatus_to_exitcode(ended)})
