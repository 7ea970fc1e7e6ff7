"""Memory that is freed is kept: the pages of blocks that come and go are asked of the system once."""

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.backend_independent,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's way of keeping memory"),
]

# Three blocks at a time, together larger than what glibc would keep by itself.
PAGES = """
import ctypes, resource, sys
from importlib import util
from course import paths
spec = util.spec_from_file_location("allocator", paths.root() / "course" / "training" / "fast" / "allocator.py")
allocator = util.module_from_spec(spec)
spec.loader.exec_module(allocator)
said = allocator.retain() if sys.argv[1] == "retain" else None
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.memset.argtypes, libc.free.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t], [ctypes.c_void_p]
size = 20 * 1024**2
for i in range(12):
    if i == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [libc.malloc(size) for _ in range(3)]
    for block in blocks:
        libc.memset(block, 1, size)
    for block in blocks:
        libc.free(block)
print(said, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(how, **more):
    import os

    env = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_"))} | more
    done = subprocess.run(
        [sys.executable, "-c", PAGES, how], capture_output=True, text=True, check=True, env=env, timeout=60
    )
    said, count = done.stdout.split()
    return said, int(count)


def test_pages_are_asked_for_once():
    assert pages("leave")[1] > 1000
    said, count = pages("retain")
    assert said == "True"
    assert count < 100


def test_another_wish_of_the_user_counts():
    assert pages("retain", MALLOC_TRIM_THRESHOLD_="100000")[0] == "False"
