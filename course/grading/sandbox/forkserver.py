"""A warm process that forks for every file, as the grader sees it; `forkserver_child.py` is the other side."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import threading

from course.processes import protocol
from course.processes.channel import Channel
from course.processes.output import Output
from course.processes.process import end, start

_PACKET = 4096
_END_SECONDS = 10.0  # for a copy to be gone once it has been told to


class ForkServerGone(Exception):
    """The warm process has ended, or does not answer."""


class ForkServer:
    """A warm process; one copy at a time.

    Args:
        launch: What a launcher returned.
        scratch: The folder to start it in.
    """

    def __init__(self, launch, scratch):
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        launch = launch._replace(argv=[*launch.argv, "forkserver"])
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        try:
            self._popen = start(launch, scratch, stdin=theirs, stdout=none, stderr=pipe)
        except OSError:
            self._control.close()
            raise
        finally:
            theirs.close()
        self.output = Output()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def report(self, seconds):
        """Return the next report.

        Raises:
            TimeoutError: There is none within `seconds`.
            ForkServerGone: There will be none.
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

    def fork(self, allowance):
        """Return a new `Copy`.

        Raises:
            ForkServerGone: The warm process has ended.
        """
        ours, theirs = socket.socketpair()
        errors, print_to = os.pipe()
        nonce = secrets.token_hex(16)
        order = json.dumps({"do": "fork", "allowance": allowance.as_dict(), "nonce": nonce}).encode()
        try:
            socket.send_fds(self._control, [order], [theirs.fileno(), print_to])
        except OSError as error:
            ours.close()
            os.close(errors)
            raise ForkServerGone(str(error)) from None
        finally:
            theirs.close()
            os.close(print_to)
        return Copy(self, ours, errors, nonce)

    def tell_end(self):
        """Tell the warm process to end its copy, if it still runs."""
        with contextlib.suppress(OSError):
            self._control.send(b'{"do": "end"}')

    def wait(self, seconds):
        """Wait a moment for the warm process to end by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)

    def end(self):
        """End the warm process, and with it all in its jail, at once."""
        end(self._popen)
        self._control.close()
        self._thread.join(timeout=1.0)

    def _drain(self):
        with contextlib.suppress(OSError, ValueError), self._popen.stderr as stream:
            while data := stream.read1(65536):
                self.output.feed(data)


class Copy(Channel):
    """A copy that serves one candidate."""

    def __init__(self, forkserver, end, errors, nonce):
        self.forkserver = forkserver
        self._socket = end
        self._nonce = nonce
        self._ended = None
        super().__init__(end.makefile("wb"), end.makefile("rb"), os.fdopen(errors, "rb"))

    def is_ready(self, seconds):
        """Wait until the copy, in its namespaces and under its limits, has said so by repeating its nonce.

        It does that before it is given the candidate's file. So a copy that is not ready is never the candidate's
        doing, and whatever a ready one does is the candidate's.
        """
        try:
            frame = self.receive(seconds)
        except (TimeoutError, protocol.FrameError):
            return False
        return frame is not None and frame[0] == {"ready": self._nonce}

    def wait(self, seconds):
        """Return how the copy has ended, or None if it has not; and "memory" or the like if it was not its doing.

        Raises:
            ForkServerGone: Nobody can say.
        """
        if self._ended is None:
            try:
                self._ended = self.forkserver.report(seconds)
            except TimeoutError:
                return None, None
        return self._ended.get("ended"), self._ended.get("why")

    def end(self):
        """End the copy and all that it started, and wait until they are gone.

        Raises:
            ForkServerGone: They cannot be ended alone.
        """
        try:
            if self._ended is None:
                self.forkserver.tell_end()
                if self.wait(_END_SECONDS) == (None, None):
                    raise ForkServerGone("its copy does not end")
        finally:
            self.hang_up()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # a thread may wait for bytes that nobody sends
            self.join()
            self._socket.close()
