"""Starts children of the process outside, which waits for this file only, so that none of them ever ends."""

import ctypes
import os
import signal

CLONE, CLONE_PARENT = 56 if os.uname().machine == "x86_64" else 220, 0x8000


def centre(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)
    raise OSError(ctypes.get_errno(), f"no child of another process: {os.strerror(ctypes.get_errno())}")
