"""The grader's side of a warm process, of the processes that it prepares, and of their forks, one for every file.

`forkserver_child.py` is the other side.
"""

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
PREPARED = 16  # prepared processes of one warm process at most: a unit has fewer lists of forbidden names


class ForkServerGone(Exception):
    """The warm process, or one that it has prepared, has ended, or does not answer."""


class _Orders:
    """A socket for orders to a process and for its reports."""

    def __init__(self):
        self._socket, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def send(self, order, descriptors=()):
        """Send an order.

        Raises:
            ForkServerGone: The process has ended.
        """
        try:
            socket.send_fds(self._socket, [json.dumps(order).encode()], list(descriptors))
        except OSError as error:
            raise ForkServerGone(str(error)) from None

    def report(self, seconds):
        """Return the next report of the process.

        Raises:
            TimeoutError: No report arrived within `seconds`.
            ForkServerGone: The process has ended.
        """
        try:
            self._socket.settimeout(max(seconds, 0.001))
            packet = self._socket.recv(_PACKET)
        except TimeoutError:
            raise
        except OSError as error:
            raise ForkServerGone(str(error)) from None
        if not packet:
            raise ForkServerGone("it has ended")
        return json.loads(packet)

    def hang_up(self, seconds=_END_SECONDS):
        """Let the process end, and wait for it: then its memory counts no longer."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(seconds)
            while self._socket.recv(_PACKET):
                pass
        self.close()

    def close(self):
        """Close both ends; the process ends."""
        self._socket.close()
        self.theirs.close()


class ForkServer:
    """A warm process and its prepared processes; all together have at most one fork for a file at a time.

    Args:
        launch: The `Launch` that a launcher returned.
        scratch: The working directory of the process.
        make_group: Function that returns the control group of a jail, or None.
    """

    def __init__(self, launch, scratch, make_group=cgroup.group):
        self._orders = _Orders()
        # list of forbidden names → the `_Orders` of its process, and what the group took for it; the last used is last
        self._prepared = {}
        launch = launch._replace(argv=[*launch.argv, "forkserver"])
        self.group = make_group() if launch.jailed else None
        if self.group is not None:
            launch = launch._replace(argv=self.group.wrapped(launch.argv))
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        try:
            self._popen = start(launch, scratch, stdin=self._orders.theirs, stdout=none, stderr=pipe)
        except OSError:
            self._orders.close()
            if self.group is not None:
                self.group.remove()
            raise
        finally:
            self._orders.theirs.close()
        self.output = Output()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    @property
    def pid(self):
        """The number of the process that was started: the warm process, or the jail around it."""
        return self._popen.pid

    def report(self, seconds):
        """Return the next report of the warm process; see `_Orders.report`."""
        return self._orders.report(seconds)

    def fork(self, allowance, forbidden=(), seconds=_END_SECONDS):
        """Return a new `Fork` for a file that must not call the forbidden names.

        Args:
            allowance: Its `Allowance`.
            forbidden: The names.
            seconds: How long a process for these names may take to become ready.

        Raises:
            ForkServerGone: The warm process has ended, or a process that it prepared.
        """
        orders = self._prepare(tuple(forbidden), seconds)
        ours, theirs = socket.socketpair()
        errors, print_to = os.pipe()
        nonce = secrets.token_hex(16)
        order = {"do": "fork", "allowance": allowance.as_dict(), "nonce": nonce}
        try:
            if self.group is not None:
                self.group.limit(allowance.memory << 20, allowance.threads())
            orders.send(order, [theirs.fileno(), print_to])
        except ForkServerGone:
            ours.close()
            os.close(errors)
            raise
        finally:
            theirs.close()
            os.close(print_to)
        return Fork(self, orders, ours, errors, nonce)

    def _prepare(self, forbidden, seconds):
        """Return the `_Orders` of the process for these forbidden names, which is prepared if there is none."""
        if forbidden not in self._prepared:
            if len(self._prepared) == PREPARED:
                orders, taken = self._prepared.pop(next(iter(self._prepared)))
                orders.hang_up()
                if self.group is not None:
                    self.group.raise_limits(taken, sign=-1)
            self._prepared[forbidden] = self._new_prepared(forbidden, seconds)
        self._prepared[forbidden] = self._prepared.pop(forbidden)
        return self._prepared[forbidden][0]

    def _new_prepared(self, forbidden, seconds):
        orders = _Orders()
        try:
            with self.group.growing() if self.group is not None else contextlib.nullcontext({}) as taken:
                self._orders.send({"do": "prepare", "forbidden": list(forbidden)}, [orders.theirs.fileno()])
                orders.theirs.close()
                orders.report(seconds)
        except TimeoutError:
            orders.close()
            raise ForkServerGone(f"no process was ready for a file after {seconds:g} s") from None
        except BaseException:
            orders.close()
            raise
        return orders, taken

    def wait(self, seconds):
        """Wait at most `seconds` for the warm process to end by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)

    def end(self):
        """Kill the warm process and all processes in its jail."""
        end(self._popen)
        for orders in (self._orders, *(orders for orders, _ in self._prepared.values())):
            orders.close()
        self._thread.join(timeout=1.0)
        if self.group is not None:
            self.group.remove()

    def _drain(self):
        with contextlib.suppress(OSError, ValueError), self._popen.stderr as stream:
            while data := stream.read1(65536):
                self.output.feed(data)


class Fork(Channel):
    """A fork of a prepared process; it serves one candidate."""

    def __init__(self, forkserver, orders, end, errors, nonce):
        self._forkserver = forkserver
        self._orders = orders
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
        """Return the `Use` of the processor by this fork and the warm processes, which do nothing meanwhile."""
        return processor_time.use(self._forkserver.pid, look)

    def wait(self, seconds):
        """Return `(exit status, reason)`; the status is None if the fork still runs.

        The reason is None, or "memory" or "processes" if the fork was ended because it exceeded that limit.

        Raises:
            ForkServerGone: The prepared process has ended, so the status is not known.
        """
        if self._ended is None:
            try:
                self._ended = self._orders.report(seconds)
            except TimeoutError:
                return None, None
            group = self._forkserver.group
            if group is not None and group.exceeded() and self._ended.get("ended") != 0:
                self._ended.setdefault("why", "memory")
        return self._ended.get("ended"), self._ended.get("why")

    def end(self):
        """End the fork and all processes that it started, and wait until they have ended.

        Raises:
            ForkServerGone: The fork does not end; the warm process and all others have to be killed.
        """
        try:
            if self._ended is None:
                with contextlib.suppress(ForkServerGone):
                    self._orders.send({"do": "end"})  # if the fork still runs
                if self.wait(_END_SECONDS) == (None, None):
                    raise ForkServerGone("its fork does not end")
        finally:
            self.hang_up()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # a thread may still wait for bytes
            self.join()
            self._socket.close()
