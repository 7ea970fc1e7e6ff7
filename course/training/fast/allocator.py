"""The C library retains the memory that a step frees, for the next step.

The C library of Linux (glibc) returns large freed blocks to the operating system. The operating system provides them
again page by page and fills each page with zeros when it is first used. A training step allocates and frees the same
blocks (batches, activations, gradients) every time and pays for these pages every time: a few percent of a small step,
in one process and not in the next, depending on the order of the blocks. ``retain`` tells glibc to keep free memory,
up to a limit.
"""

import ctypes
import os
import sys
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # the numbers of these options in glibc's malloc.h
_RETAINED = 512 * 1024**2  # bytes of free memory at the end of the heap that glibc keeps
_LARGEST = 32 * 1024**2  # blocks up to this size are allocated from the heap; glibc accepts no larger limit
# A user who sets one of these environment variables has configured the allocator; then its settings stay.
_SET_BY_USER = (
    "MALLOC_TRIM_THRESHOLD_",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TOP_PAD_",
    "MALLOC_MMAP_MAX_",
    "GLIBC_TUNABLES",
)


@cache
def retain():
    """Lets the C library retain freed memory from now on, in this process; returns whether it does.

    It does nothing with another C library or another system, or if the user has set one of glibc's variables.
    """
    if not sys.platform.startswith("linux") or any(name in os.environ for name in _SET_BY_USER):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # the C library is not glibc
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, _RETAINED) and mallopt(_M_MMAP_THRESHOLD, _LARGEST))
