"""One child process with a framed pipe, which the parent can ask, wait for with a limit, and end as a group.

Three threads do all reading and writing, so that the parent never waits for a pipe: one sends frames, one
receives them, one drains what the child prints.
"""

import contextlib
import os
import queue
import signal
import subprocess
import threading

from course.grading import protocol
from course.grading.output import Output


class Process:
    """A running worker.

    Args:
        launch: What a launcher returned.
        scratch: The folder to start it in.
    """

    def __init__(self, launch, scratch):
        own_group = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x200}
        self._popen = subprocess.Popen(
            launch.argv,
            env=launch.env,
            cwd=scratch,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **own_group,
        )
        self.output = Output()
        self._outgoing = queue.SimpleQueue()
        self._incoming = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._send, self._receive, self._drain)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, header, arrays=(), seconds=None):
        """Send a frame.

        Returns:
            The next frame from the child, `(header, arrays)`; None if its pipe is closed.

        Raises:
            TimeoutError: No answer within `seconds`.
            protocol.FrameError: The child sent something that is no frame.
        """
        self._outgoing.put((header, arrays))
        return self.receive(seconds)

    def receive(self, seconds=None):
        """Wait for the next frame; see `ask`."""
        try:
            frame = self._incoming.get(timeout=None if seconds is None else max(0.0, seconds))
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(frame, Exception):
            raise frame
        return frame

    def wait(self, seconds=2.0):
        """Return the exit status once the process has ended (−n: by the signal n), or None if it has not."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self):
        """End the process and all of its group, at once, and wait for it."""
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self._popen.pid, signal.SIGKILL)
            else:
                subprocess.run(
                    ["taskkill", "/F", "/T", "/PID", str(self._popen.pid)], capture_output=True, check=False
                )
        with contextlib.suppress(OSError):
            self._popen.kill()
        self._popen.wait()
        self._outgoing.put(None)
        for thread in self._threads:
            thread.join(timeout=1.0)

    def _send(self):
        with contextlib.suppress(OSError, ValueError), self._popen.stdin as stream:
            while (frame := self._outgoing.get()) is not None:
                protocol.write(stream, *frame)

    def _receive(self):
        with contextlib.suppress(OSError, ValueError), self._popen.stdout as stream:
            try:
                while (frame := protocol.read(stream)) is not None:
                    self._incoming.put(frame)
            except protocol.FrameError as error:
                self._incoming.put(error)
        self._incoming.put(None)

    def _drain(self):
        with contextlib.suppress(OSError, ValueError), self._popen.stderr as stream:
            while data := stream.read1(65536):
                self.output.feed(data)
