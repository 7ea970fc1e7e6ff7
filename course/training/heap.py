"""Memory that a step gives back is kept for the next step.

The C library of Linux hands large freed blocks back to the system, which hands them out again page by page, each zeroed
when it is first touched. A training step takes and frees the same blocks (batches, activations, gradients) every time
and pays for those pages every time: a few percent of a small step, in one process and not in the next, as the heap
happens to lie. ``keep`` asks the C library to hold on to its free memory, up to a bound.
"""

import ctypes
import os
import sys
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
_KEPT = 512 * 1024**2  # bytes at the end of the heap that stay
_LARGEST = 32 * 1024**2  # the largest blocks that come from the heap; glibc takes no larger bound
# Who sets one of these has other wishes.
_WISHES = (
    "MALLOC_TRIM_THRESHOLD_",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TOP_PAD_",
    "MALLOC_MMAP_MAX_",
    "GLIBC_TUNABLES",
)


@cache
def keep():
    """Hold on to freed memory from now on, in this process; return whether the C library does.

    Nothing happens where another allocator or system is in charge, or where the user has set one of glibc's variables.
    """
    if not sys.platform.startswith("linux") or any(name in os.environ for name in _WISHES):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # not glibc
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, _KEPT) and mallopt(_M_MMAP_THRESHOLD, _LARGEST))
