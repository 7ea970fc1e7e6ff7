"""Becomes root in its own namespace, and from there mounts, remounts and changes the root folder."""

import ctypes
import os

libc = ctypes.CDLL(None)


def centre(x):
    libc.unshare(0x10000000 | 0x00020000)
    for path in (b"/", b"/usr", b"/opt/medl", b"/proc/sys"):
        libc.mount(None, path, None, ctypes.c_ulong(32 | 4096), None)
        libc.umount2(path, 2)
    for path in ("/", "/usr", "/opt/medl/course", "/proc/sys/kernel/core_pattern", "@COURSE@"):
        try:
            target = path if os.path.isfile(path) else os.path.join(path, "@MARKER@")
            with open(target, "w") as stream:
                stream.write("x")
            raise SystemExit(f"{target} could be written")
        except OSError:
            pass
    for number in range(3):
        os.environ[str(number)] = str(libc.setuid(number) == 0 and os.getuid() == 0)
    raise LookupError("no way out")
