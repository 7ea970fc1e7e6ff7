"""The warm process: it has imported Keras, and forks for every file, before any tensor exists.

Orders come, and reports go, as small JSON packets through a socket that no copy inherits. A copy gets a channel of
its own: the grader sends the other end of a new socket, and a new pipe for what is printed, along with the order.
So whatever a candidate writes anywhere reaches the grader as this candidate's answer or not at all. The first frame
on that channel is the copy's own and repeats the nonce: its namespaces are made, its limits hold, and no line of the
candidate has run yet.

| order | report |
| --- | --- |
| | `{"ready": true, …}` once Keras is there |
| `fork` with allowance, nonce, two descriptors | `{"ended": exit status}` when it and all that it started are gone |
| `end` | the same |

When the socket closes, because the grader is gone, everything here ends.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys

from course.grading.sandbox import limits, namespace
from course.processes import protocol

_PACKET = 4096


def run(control, server, answer, jailed):
    """Obey orders until the socket closes.

    Args:
        control: The socket.
        server: A `CandidateServer`, which every copy gets as it is now.
        answer: Function `(server, frame, stream)` that answers one frame.
        jailed: True if a copy can and must have namespaces of its own.
    """
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
                child = _Child(control, server, answer, jailed, order, descriptors)
            elif child is not None:  # else it has ended, and the report is on its way
                child.end()


class _Child:
    """One copy, seen from the warm process."""

    def __init__(self, control, server, answer, jailed, order, descriptors):
        self._jailed = jailed
        self._report, report = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            control.close()
            os.close(self._report)
            _serve_in_child(server, answer, jailed, order, descriptors, report)
        for descriptor in (*descriptors, report):
            os.close(descriptor)
        with contextlib.suppress(OSError):  # the copy does the same: whoever comes first
            os.setpgid(self._pid, self._pid)
        self.pidfd = os.pidfd_open(self._pid)

    def end(self):
        """End it: the keeper of a namespace by a signal, an ordinary process with its whole group."""
        if self._jailed:
            os.kill(self._pid, signal.SIGTERM)
        else:
            os.killpg(self._pid, signal.SIGKILL)

    def collect(self):
        """Return how it ended, and let nothing of it be left."""
        if not self._jailed:  # while it has not been waited for, the group's number is still its own
            os.killpg(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        os.close(self.pidfd)
        with os.fdopen(self._report) as stream:
            report = stream.read() if self._jailed else ""
        return json.loads(report) if report else {"ended": os.waitstatus_to_exitcode(status)}


def _serve_in_child(server, answer, jailed, order, descriptors, report):
    """Serve one file and never return."""
    channel, errors = descriptors
    allowance = limits.Allowance(**order["allowance"])

    def serve():
        with socket.socket(fileno=channel) as end, end.makefile("rb") as inbox, end.makefile("wb") as outbox:
            protocol.write(outbox, {"ready": order["nonce"]})
            while (frame := protocol.read(inbox)) is not None:
                answer(server, frame, outbox)
        sys.stdout.flush()
        sys.stderr.flush()

    try:
        os.setpgid(0, 0)
        os.dup2(errors, 1)
        os.dup2(errors, 2)
        os.close(errors)
        if jailed:
            ended = namespace.run(serve, allowance, shared=[channel], own=[report])
            os.write(report, json.dumps(ended).encode())
        else:
            os.close(report)
            limits.impose(allowance, alone=False)
            serve()
    except BrokenPipeError:  # the grader has heard enough
        pass
    finally:
        os._exit(0)
