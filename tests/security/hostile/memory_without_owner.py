"""Holds memory that no process owns: a file in memory, System V and anonymous shared memory, /dev/zero, /dev/shm."""

import ctypes
import mmap
import os

SIZE = 1 << 30
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long)
libc.shmat.restype = ctypes.c_void_p
held, kept = [], []


def fill(name, view):
    block = b"x" * (1 << 20)
    for _ in range(SIZE >> 20):
        view.write(block)
    view.madvise(mmap.MADV_DONTNEED)  # the pages stay, but no process has them
    kept.append(view)
    held.append(name)


def by_memfd():
    file = os.memfd_create("medl")
    os.ftruncate(file, SIZE)
    fill("memfd", mmap.mmap(file, SIZE))


def by_system_v():
    if libc.shmget(0, SIZE, 0o1600) >= 0:
        held.append("System V")


def by_anonymous():
    fill("anonymous", mmap.mmap(-1, SIZE))


def by_zero():
    file = os.open("/dev/zero", os.O_RDWR)
    fill("/dev/zero", mmap.mmap(file, SIZE))


def by_files():
    for folder in ("/tmp", "/dev/shm"):
        written = 0
        for number in range(32):
            with open(f"{folder}/{number}", "wb") as stream:
                for _ in range(32):
                    written += stream.write(b"x" * (1 << 20))
        if written > 256 << 20:
            held.append(folder)


for way in (by_memfd, by_system_v, by_anonymous, by_zero, by_files):
    try:
        way()
    except (OSError, ValueError):
        pass


def centre(x):
    raise LookupError(f"memory without an owner: {held}")
