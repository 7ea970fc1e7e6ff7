"""The jail: bubblewrap around a candidate's process.

In there: no network, processes and inter-process communication of its own, the system and the packages read-only,
an empty /tmp for a home, no file of the course but the child's own, an environment that we chose. Inside it every
file gets namespaces of its own with limits and without privileges (`namespace.py`).

Two ways, tried in this order. For root: without a user namespace, and the candidate becomes a user whom nobody else
is. For everybody else, and for a root who may not: in a user namespace of its own.
"""

import functools
import os
import secrets
import shutil
import subprocess
import sys
from typing import NamedTuple

from course.errors import CourseError
from course.grading.sandbox import mounts
from course.grading.sandbox.launcher import environment, plain
from course.processes.launcher import Launch

MEND = "sudo apt-get install -y bubblewrap"
_SECONDS = 30
_CLOSED = (
    *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--die-with-parent", "--new-session", "--hostname", "jail", "--chdir", "/tmp"),
)
_USER = ("--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-add", "ALL")
_NO_USERS = (
    "sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 "
    "user.max_user_namespaces=15000 (those that the system knows; in a container, allow user namespaces)"
)


class Jail(NamedTuple):
    """Whether there is a jail: its version, or why not and the command that mends it; `way` are bwrap's options."""

    there: bool
    message: str
    mend: str = ""
    way: tuple = ()


def jail(backend, scratch):
    """Return the command of a child process in a jail; a launcher like `plain`.

    Raises:
        CourseError: There is no jail on this machine.
    """
    found = examine()
    if not found.there:
        raise CourseError(f"There is no jail here: {found.message} {found.mend}")
    return Launch([*_wrapper(found.way), *plain(backend, "/tmp").argv], _environment(backend), jailed=True)


def best_launcher(require=False):
    """Return the launcher to grade with, whether it is jailed, and a sentence about why.

    Args:
        require: Without a jail raise instead of falling back to a plain process.

    Raises:
        CourseError: A jail is required and not there.
    """
    found = examine()
    if found.there:
        return jail, True, found.message
    if require:
        raise CourseError(f"Grading needs a jail: {found.message} {found.mend}")
    return plain, False, found.message


@functools.cache
def examine():
    """Return the `Jail` of this machine, found by building one and making a candidate's namespaces in it."""
    if sys.platform != "linux":
        return Jail(
            False, "the jail is bubblewrap, which is for Linux only.", "grade on Linux, or in a container"
        )
    program = shutil.which("bwrap")
    if program is None:
        return Jail(False, "bubblewrap is not installed.", MEND)
    message = ""
    for way in ((), _USER) if os.geteuid() == 0 else (_USER,):
        message = _try(way)
        if message is None:
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
            return Jail(True, f"{version.stdout.strip()}", way=way)
    return Jail(False, f"bubblewrap cannot build a jail here ({message}).", _NO_USERS)


def _try(way):
    """Return None if namespaces can be made in a jail built this way, else the last line of complaint."""
    command = [*_wrapper(way), sys.executable, "-P", "-m", "course.grading.sandbox.namespace"]
    try:
        done = subprocess.run(
            command, env=_environment("jax"), capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0 and "namespaces made" in done.stdout and "{'ended': 0}" in done.stdout:
        return None
    said = (done.stderr or done.stdout).strip().splitlines()
    return said[-1] if said else f"exit status {done.returncode}"


def _wrapper(way):
    return [shutil.which("bwrap") or "bwrap", *_CLOSED, *way, *mounts.arguments()]


def _environment(backend):
    env = environment(backend, "/tmp", mounts.HOME)
    env |= {"MEDL_JAIL": secrets.token_hex(8), "USER": "candidate", "LOGNAME": "candidate"}
    env |= {"MEDL_UNDER_TMP": os.pathsep.join(mounts.under_tmp())}
    return env
