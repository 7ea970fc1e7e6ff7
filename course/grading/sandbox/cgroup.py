"""Limits memory by a control group of the Linux kernel (cgroup v2), where this process may make one.

The kernel itself counts in a group what no list of processes shows: pages of files in memory, shared pages, buffers of
sockets, and its own tables. A warm process, with everything in its jail, is in a group of its own. Its limit is what
the group holds before the first file, and the memory that one file may have. If a file exceeds it, the kernel ends the
file's processes first (`limits.impose` sets this order), and the group counts how often this happened.

A group can be made in a folder whose `cgroup.subtree_control` names `memory` and `pids`, and that this user may write:
as root next to the own group, for others where systemd has delegated it (`systemd-run --user --scope course grade …`).
Elsewhere the supervisor alone counts the pages of all processes (`supervisor.py`), as it does everywhere.
"""

import contextlib
import functools
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

_TREE, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_NEEDED = {"memory", "pids"}
_MIB = 1 << 20
_PROBE_MIB, _SECONDS = 64, 20
_ENTER = 'echo $$ > "$0" && exec "$@"'  # a shell moves itself into the group and becomes the command


class Found(NamedTuple):
    """Whether groups limit memory here, a sentence about it, and the folder in which groups are made."""

    there: bool
    message: str
    parent: Path | None = None


@functools.cache
def examine():
    """Return what was `Found` on this machine; a process tries to get more memory than its group may have."""
    parent = place()
    if parent is None:
        return Found(False, "this user can make no control group (cgroup v2)")
    try:
        message = _try(parent)
    except (OSError, subprocess.SubprocessError) as error:
        message = str(error)
    if message:
        return Found(False, f"a control group does not limit memory here: {message}")
    return Found(True, "the kernel, by control groups (cgroup v2)", parent)


def place(tree=_TREE, own=_OWN):
    """Return the nearest folder above this process in which a group can be made, or None.

    Args:
        tree: Where the file system of cgroup v2 is mounted.
        own: The file that names the groups of this process.
    """
    with contextlib.suppress(OSError):
        lines = own.read_text().splitlines()
        names = [line[3:].strip("/") for line in lines if line.startswith("0::")]
        if not names or ".." in names[0].split("/"):
            return None
        start = tree / names[0]
        for folder in (start, *start.parents):
            if folder != tree and tree not in folder.parents:
                return None
            file = folder / "cgroup.subtree_control"
            if file.exists() and set(file.read_text().split()) >= _NEEDED and os.access(folder, os.W_OK):
                return folder
    return None


class Group:
    """A new group in the folder `parent`."""

    def __init__(self, parent):
        self.folder = Path(parent) / f"medl-{os.getpid()}-{secrets.token_hex(4)}"
        _remove_old(Path(parent))
        self.folder.mkdir()
        self._limits, self._kills = {}, 0  # name of a limit → its number
        self._set("memory.swap.max", 0, needed=False)  # there is no such file without swap
        self._set("memory.oom.group", 0, needed=False)

    def wrapped(self, argv):
        """Return a command that runs `argv` in this group."""
        return ["/bin/sh", "-c", _ENTER, str(self.folder / "cgroup.procs"), *argv]

    def limit(self, memory, tasks=None):
        """Let the group have `memory` bytes, and that many processes and threads, more than it has now.

        The numbers of the first call hold: the group is then as large as without any file.
        """
        if not self._limits:
            self._limits["memory"] = self._number("memory.current") + memory
            if tasks is not None:
                self._limits["pids"] = self._number("pids.current") + tasks
            self._set_limits()

    @contextlib.contextmanager
    def growing(self):
        """Raise the limits by what the group takes in this block, in which no file runs; yields these numbers."""
        before, taken = {name: self._number(f"{name}.current") for name in self._limits}, {}
        yield taken
        taken.update({name: max(0, self._number(f"{name}.current") - n) for name, n in before.items()})
        self.raise_limits(taken)

    def raise_limits(self, numbers, sign=1):
        """Raise the limits by these numbers, or lower them if `sign` is −1."""
        for name, number in numbers.items():
            self._limits[name] += sign * number
        self._set_limits()

    def _set_limits(self):
        for name, number in self._limits.items():
            self._set(f"{name}.max", number)

    def exceeded(self):
        """Tell whether the kernel has ended a process for its memory since the last call."""
        before, self._kills = self._kills, self._events()
        return self._kills > before

    def remove(self):
        """Kill what is in the group, and remove it."""
        self._set("cgroup.kill", 1, needed=False)
        for _ in range(100):
            with contextlib.suppress(OSError):
                self.folder.rmdir()
            if not self.folder.exists():
                return
            time.sleep(0.02)

    def _set(self, name, value, needed=True):
        ignored = () if needed else (OSError,)
        with (
            contextlib.suppress(*ignored),
            open(self.folder / name, "r+") as file,
        ):  # the kernel makes the files
            file.write(str(value))

    def _number(self, name):
        return int((self.folder / name).read_text())

    def _events(self):
        try:
            lines = (self.folder / "memory.events").read_text().splitlines()
        except OSError:  # the group is gone
            return self._kills
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _remove_old(parent):
    """Remove the empty groups of graders that were killed."""
    for folder in parent.glob("medl-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


def group():
    """Return a new `Group`, or None where groups do not limit memory."""
    found = examine()
    return Group(found.parent) if found.there else None


def _try(parent):
    """Return None if a process in a group cannot have more memory than the group, else the reason."""
    made = Group(parent)
    try:
        made.limit(_PROBE_MIB * _MIB, tasks=64)
        take = f"import mmap; m = mmap.mmap(-1, {4 * _PROBE_MIB * _MIB}); m.write(bytes(len(m))); print('took it')"
        done = subprocess.run(
            made.wrapped([sys.executable, "-I", "-S", "-c", take]),
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        if "took it" in done.stdout:
            return "a process got more than the group may have"
        if not made.exceeded():
            return (done.stderr.strip().splitlines() or ["the kernel counted nothing"])[-1]
        return None
    finally:
        made.remove()
