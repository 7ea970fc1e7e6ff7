"""Opens connections: by TCP to this machine and to another one, by UDP, and by an abstract Unix socket."""

import socket


def centre(x):
    reached = []
    for family, kind, address in (
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("@PORT@"))),
        (socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
        (socket.AF_UNIX, socket.SOCK_STREAM, "\0@MARKER@"),
    ):
        try:
            with socket.socket(family, kind) as line:
                line.settimeout(0.5)
                line.connect(address)
                line.send(b"hello")
                reached.append(address)
        except OSError:
            pass
    raise LookupError(f"reachable from here: {reached}")
