"""The warm process, which has imported Keras and has made no tensor, and the processes that it prepares.

To import Keras takes seconds, and to set the traps for forbidden functions takes longer than to check a small file. So
the warm process forks a prepared process for each list of forbidden names, which sets the traps and then forks for
every file:

    warm process  →  prepared process (traps are set)  →  candidate (a fork for one file)

Both receive orders and send reports as small JSON packets through a socket of their own, which no candidate inherits.
A candidate gets its own channel: together with the order the grader sends one end of a new socket, and a new pipe for
the printed text. Therefore everything that a candidate writes reaches the grader as an answer of this candidate, or not
at all. The first frame on that channel repeats the nonce: the fork has set up its namespaces and limits, and no line of
the candidate's file has run yet.

| order | who receives it | report |
| --- | --- | --- |
| | warm process | `{"ready": true, …}` after the import of Keras |
| `prepare` with forbidden names, a descriptor | warm process | none; the socket of the prepared process is ready |
| | prepared process | `{"ready": true}` when the traps are set |
| `fork` with allowance, nonce, two descriptors | prepared process | `{"ended": exit status}` when all of it has ended |
| `end` | prepared process | the same |

If its socket closes, because the grader has ended or does not need it any more, a process ends, and with it its fork.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys

from course.grading.sandbox import limits, namespace
from course.processes import protocol

_PACKET = 1 << 16


def run(control, server, answer, keeper):
    """Be the warm process until the socket closes.

    Args:
        control: The socket for orders and reports.
        server: A `CandidateServer`; every fork inherits it in its present state.
        answer: Function `(server, frame, stream)` that answers one frame.
        keeper: The `Keeper` that makes the namespaces of every candidate; None without a jail.
    """
    if keeper is None:
        namespace.hide_from_candidates()
    server.warm_up()
    gc.freeze()  # a fork that looked for garbage among the objects of this process would copy all of its memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a prepared process
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, _PACKET, 1)
        if not packet:
            return
        forbidden = json.loads(packet)["forbidden"]
        with socket.socket(fileno=descriptors[0]) as own:
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                _prepare_and_fork(own, server, answer, keeper, forbidden)


@contextlib.contextmanager
def _then_exit():
    """End this process after the block: with 0, also if the grader has hung up, and with 1 after an error."""
    code = 1
    try:
        yield
        code = 0
    except BrokenPipeError:
        code = 0
    except BaseException as error:
        with contextlib.suppress(BaseException):
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def _prepare_and_fork(control, server, answer, keeper, forbidden):
    """Be the prepared process for a list of forbidden names; never return."""
    with _then_exit():
        server.prepare(forbidden)
        gc.freeze()  # these objects too
        control.send(json.dumps({"ready": True}).encode())
        _fork_for_files(control, server, answer, keeper)


def _fork_for_files(control, server, answer, keeper):
    """Execute orders until the socket closes; at most one fork runs at a time."""
    child = None
    while True:
        waiting = select.poll()
        waiting.register(control, select.POLLIN)
        if child is not None:
            waiting.register(child.pidfd, select.POLLIN)
        ready = {descriptor for descriptor, _ in waiting.poll()}
        if child is not None and child.pidfd in ready:
            control.send(json.dumps(child.collect()).encode())
            child = None
        if control.fileno() in ready:
            packet, descriptors, _, _ = socket.recv_fds(control, _PACKET, 2)
            if not packet:
                if child is not None:
                    child.end()
                    child.collect()
                return
            order = json.loads(packet)
            if order["do"] == "fork":
                child = _Child(control, server, answer, keeper, order, descriptors)
            elif child is not None:  # otherwise the fork has ended and its report has been sent
                child.end()


class _Child:
    """One fork for a file, as the prepared process sees it."""

    def __init__(self, control, server, answer, keeper, order, descriptors):
        allowance = limits.Allowance(**order["allowance"])
        self._namespaces = None if keeper is None else keeper.make(allowance)
        self._pid = os.fork() if self._namespaces is None else self._namespaces.fork()
        if self._pid == 0:
            control.close()
            if keeper is not None:
                keeper.close()
            _serve_in_child(server, answer, self._namespaces, allowance, order["nonce"], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        if self._namespaces is None:
            with contextlib.suppress(OSError):  # the fork calls this too, because either may run first
                os.setpgid(self._pid, self._pid)
        self.pidfd = os.pidfd_open(self._pid)

    def end(self):
        """End the fork: in a jail all processes in its namespaces, otherwise its process group."""
        if self._namespaces is not None:
            self._namespaces.end()
        else:
            os.killpg(self._pid, signal.SIGKILL)

    def collect(self):
        """Wait for the end of the fork, kill what it has started, and return the report."""
        # The group is ended before `waitpid`, because afterwards its number may be used again.
        if self._namespaces is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        os.close(self.pidfd)
        why = self._namespaces.why() if self._namespaces is not None else None
        return {"ended": os.waitstatus_to_exitcode(status)} | ({"why": why} if why else {})


def _open_nothing():
    """Open an empty standard input: all forks would share the one of this process, with its flags, locks and times."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _serve_in_child(server, answer, namespaces, allowance, nonce, descriptors):
    """Serve one file and never return."""
    channel, errors = descriptors
    with _then_exit():
        os.dup2(errors, 1)
        os.dup2(errors, 2)
        os.close(errors)
        if namespaces is not None:
            namespaces.enter()
        _open_nothing()
        if namespaces is not None:
            namespace.become_candidate(allowance, namespaces.number)
        else:
            os.setpgid(0, 0)
            namespace.become_restricted(allowance)
        with socket.socket(fileno=channel) as end, end.makefile("rb") as inbox, end.makefile("wb") as outbox:
            protocol.write(outbox, {"ready": nonce})
            while (frame := protocol.read(inbox)) is not None:
                answer(server, frame, outbox)
        sys.stdout.flush()
        sys.stderr.flush()
