"""The child's side of a framed pipe, which arrives as its standard input and output."""

import os


def take_pipes():
    """Return the pipes as streams; redirect standard input to `os.devnull`, and standard output to standard error."""
    inbox = os.fdopen(os.dup(0), "rb")
    outbox = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return inbox, outbox
