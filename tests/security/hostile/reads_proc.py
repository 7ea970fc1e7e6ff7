"""Reads memory, environment, command line and open files of every process that it can see."""

import os


def centre(x):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid():
            continue
        for name in ("environ", "mem", "maps", "root/etc", "cwd/x", "fd/0"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as stream:
                    found.append((pid, name, stream.read(1)))
            except OSError:
                pass
        for name in ("fd", "root", "cwd"):
            try:
                found.append((pid, os.listdir(f"/proc/{pid}/{name}")))
            except OSError:
                pass
    raise LookupError(f"of others there is here: {found}")
