"""The grader's side of a warm process that forks for every file; `forkserver_child.py` is the child's side."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import threading

from course.grading.sandbox import cgroup
from course.processes import processor_time, protocol
from course.processes.channel import Channel
from course.processes.output import Output
from course.processes.process import end, start

_PACKET = 1 << 16
_END_SECONDS = 10.0  # how long the grader waits for the end of a fork


class ForkServerGone(Exception):
    """The warm process has ended, or does not answer."""


class ForkServer:
    """A warm process that has at most one fork at a time.

    Args:
        launch: The `Launch` that a launcher returned.
        scratch: The working directory of the process.
        make_group: Function that returns the control group of a jail, or None.
    """

    def __init__(self, launch, scratch, make_group=cgroup.group):
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        launch = launch._replace(argv=[*launch.argv, "forkserver"])
        self.group = make_group() if launch.jailed else None
        if self.group is not None:
            launch = launch._replace(argv=self.group.wrapped(launch.argv))
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        try:
            self._popen = start(launch, scratch, stdin=theirs, stdout=none, stderr=pipe)
        except OSError:
            self._control.close()
            if self.group is not None:
                self.group.remove()
            raise
        finally:
            theirs.close()
        self.output = Output()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    @property
    def pid(self):
        """The number of the process that was started: the warm process, or the jail around it."""
        return self._popen.pid

    def report(self, seconds):
        """Return the next report of the warm process.

        Raises:
            TimeoutError: No report arrived within `seconds`.
            ForkServerGone: The warm process has ended.
        """
        try:
            self._control.settimeout(max(seconds, 0.001))
            packet = self._control.recv(_PACKET)
        except TimeoutError:
            raise
        except OSError as error:
            raise ForkServerGone(str(error)) from None
        if not packet:
            raise ForkServerGone("it has ended")
        return json.loads(packet)

    def fork(self, allowance, forbidden=()):
        """Return a new `Fork` for a file that must not call the forbidden names.

        Raises:
            ForkServerGone: The warm process has ended.
        """
        ours, theirs = socket.socketpair()
        errors, print_to = os.pipe()
        nonce = secrets.token_hex(16)
        if self.group is not None:
            self.group.limit(allowance.memory << 20, allowance.threads())
        order = {"do": "fork", "allowance": allowance.as_dict(), "forbidden": list(forbidden), "nonce": nonce}
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], [theirs.fileno(), print_to])
        except OSError as error:
            ours.close()
            os.close(errors)
            raise ForkServerGone(str(error)) from None
        finally:
            theirs.close()
            os.close(print_to)
        return Fork(self, ours, errors, nonce)

    def end_fork(self):
        """Ask the warm process to end its fork, if the fork still runs."""
        with contextlib.suppress(OSError):
            self._control.send(b'{"do": "end"}')

    def wait(self, seconds):
        """Wait at most `seconds` for the warm process to end by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)

    def end(self):
        """Kill the warm process and all processes in its jail."""
        end(self._popen)
        self._control.close()
        self._thread.join(timeout=1.0)
        if self.group is not None:
            self.group.remove()

    def _drain(self):
        with contextlib.suppress(OSError, ValueError), self._popen.stderr as stream:
            while data := stream.read1(65536):
                self.output.feed(data)


class Fork(Channel):
    """A fork of the warm process; it serves one candidate."""

    def __init__(self, forkserver, end, errors, nonce):
        self.forkserver = forkserver
        self._socket = end
        self._nonce = nonce
        self._ended = None
        super().__init__(end.makefile("wb"), end.makefile("rb"), os.fdopen(errors, "rb"))

    def is_ready(self, seconds):
        """Wait until the fork repeats its nonce, which it does when its namespaces and limits are set up.

        At that time it has not yet received the candidate's file. Therefore the candidate is never the cause if the
        fork does not become ready, and always responsible for what the fork does afterwards.
        """
        try:
            frame = self.receive(seconds)
        except (TimeoutError, protocol.FrameError):
            return False
        return frame is not None and frame[0] == {"ready": self._nonce}

    def use(self, look=True):
        """Return the `Use` of the processor by the warm process, which does nothing meanwhile, and this fork."""
        return processor_time.use(self.forkserver.pid, look)

    def wait(self, seconds):
        """Return `(exit status, reason)`; the status is None if the fork still runs.

        The reason is None, or "memory" or "processes" if the fork was ended because it exceeded that limit.

        Raises:
            ForkServerGone: The warm process has ended, so the status is not known.
        """
        if self._ended is None:
            try:
                self._ended = self.forkserver.report(seconds)
            except TimeoutError:
                return None, None
            group = self.forkserver.group
            if group is not None and group.exceeded() and self._ended.get("ended") != 0:
                self._ended.setdefault("why", "memory")
        return self._ended.get("ended"), self._ended.get("why")

    def end(self):
        """End the fork and all processes that it started, and wait until they have ended.

        Raises:
            ForkServerGone: The fork does not end; the warm process has to be killed.
        """
        try:
            if self._ended is None:
                self.forkserver.end_fork()
                if self.wait(_END_SECONDS) == (None, None):
                    raise ForkServerGone("its fork does not end")
        finally:
            self.hang_up()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # a thread may still wait for bytes
            self.join()
            self._socket.close()
