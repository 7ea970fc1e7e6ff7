"""Sends frames to a child process and receives frames from it; each wait has a time limit.

Three threads do all reading and writing: one sends frames, one receives frames, and one reads what the child prints.
The channel reads a frame only when the caller asks for one. A child that sends more fills its own pipe, not the
memory of the grader.
"""

import contextlib
import queue
import threading

from course.processes import protocol
from course.processes.output import Output


class Channel:
    """Requests and replies over two binary streams; the child prints to the stream `errors`."""

    def __init__(self, outgoing, incoming, errors):
        self.output = Output()
        self._to_send = queue.SimpleQueue()
        self._wanted = queue.SimpleQueue()
        self._frames = queue.SimpleQueue()
        work = ((self._send, outgoing), (self._receive, incoming), (self._drain, errors))
        self._threads = [threading.Thread(target=run, args=(stream,), daemon=True) for run, stream in work]
        for thread in self._threads:
            thread.start()

    def ask(self, header, arrays=(), seconds=None, more=None):
        """Send a frame and wait for the reply.

        Args:
            header: The header of the frame, a dictionary.
            arrays: The arrays of the frame.
            seconds: The time limit, or None.
            more: Function that is called when the time is over and returns how many seconds to wait in addition.

        Returns:
            The next frame from the child, `(header, arrays)`; None if its pipe is closed.

        Raises:
            TimeoutError: No reply arrived within `seconds`.
            protocol.FrameError: The child sent something that is not a frame.
        """
        self._to_send.put((header, arrays))
        return self.receive(seconds, more)

    def receive(self, seconds=None, more=None):
        """Wait for the next frame; see `ask`."""
        self._wanted.put(True)
        while True:
            try:
                frame = self._frames.get(timeout=None if seconds is None else max(0.0, seconds))
                break
            except queue.Empty:
                seconds = more() if more else 0.0
                if seconds <= 0:
                    raise TimeoutError from None
        if isinstance(frame, Exception):
            raise frame
        return frame

    def hang_up(self):
        """Stop sending and receiving; the streams close as soon as the child has closed its ends."""
        self._to_send.put(None)
        self._wanted.put(False)

    def join(self):
        """Wait for the threads after the child has ended."""
        for thread in self._threads:
            thread.join(timeout=1.0)

    def _send(self, stream):
        with contextlib.suppress(OSError, ValueError), stream:
            while (frame := self._to_send.get()) is not None:
                protocol.write(stream, *frame)

    def _receive(self, stream):
        with contextlib.suppress(OSError, ValueError), stream:
            try:
                while self._wanted.get() and (frame := protocol.read(stream)) is not None:
                    self._frames.put(frame)
            except protocol.FrameError as error:
                self._frames.put(error)
        self._frames.put(None)

    def _drain(self, stream):
        with contextlib.suppress(OSError, ValueError), stream:
            while data := stream.read1(65536):
                self.output.feed(data)
