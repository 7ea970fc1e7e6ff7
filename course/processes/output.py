"""Keeps the beginning and the end of what a candidate printed. The text is only shown; no result depends on it."""

import threading

HEAD = 4096
TAIL = 4096


class Output:
    """Keeps the first and the last bytes of a stream since the last mark."""

    def __init__(self):
        self._lock = threading.Lock()
        self._mark = None
        self._clear()

    def expect(self, mark):
        """Discard everything up to and including the line `mark`, which comes later."""
        with self._lock:
            self._mark = mark.encode()
            self._clear()

    def feed(self, data):
        """Add the next bytes of the stream."""
        with self._lock:
            if self._mark is not None:
                data = self._tail + data
                _, found, after = data.partition(self._mark)
                if not found:  # keep only the end: the mark may arrive in two pieces
                    self._tail = data[-TAIL:]
                    return
                self._mark, self._tail, data = None, b"", after.lstrip(b"\r").removeprefix(b"\n")
            room = HEAD - len(self._head)
            self._head += data[:room]
            rest = data[max(room, 0) :]
            self._lost += max(0, len(self._tail) + len(rest) - TAIL)
            self._tail = (self._tail + rest)[-TAIL:]

    def text(self):
        """Return the kept bytes as text; a line between the two parts says how many bytes are missing."""
        with self._lock:
            if self._mark is not None:
                return ""
            gap = f"\n… {self._lost} bytes …\n".encode() if self._lost else b""
            return (self._head + gap + self._tail).decode("utf-8", "replace")

    def _clear(self):
        self._head = self._tail = b""
        self._lost = 0
