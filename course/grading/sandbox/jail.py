"""The jail: bubblewrap around a candidate's process.

The jail has no network, its own processes and inter-process communication, the system and the packages read-only, an
empty /tmp as the home folder, of the course only the files that the child needs, and environment variables that the
grader chose. Inside the jail every file gets its own namespaces (`supervisor.py`) with limits and without privileges
(`namespace.py`), and system calls that no exercise needs are refused (`system_calls.py`).

There are two ways to build a jail. If the user is root, the first attempt uses no user namespace, and the candidate
gets a user id that no other process has. Otherwise, or if that fails, the jail has its own user namespace.
"""

import functools
import os
import secrets
import shutil
import subprocess
import sys
from typing import NamedTuple

from course.errors import CourseError
from course.grading.sandbox import mounts, system_calls
from course.grading.sandbox.launcher import environment, plain
from course.grading.sandbox.namespace import FILTER
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
    "user.max_user_namespaces=15000 (only the settings that your system has; in a container, allow user namespaces)"
)


class Jail(NamedTuple):
    """Whether a jail can be built: its version, or the reason and a command that solves the problem.

    `way` contains the options of bwrap.
    """

    there: bool
    message: str
    mend: str = ""
    way: tuple = ()


def jail(backend, scratch):
    """Return the command of a child process in a jail; this function is a launcher like `plain`.

    Raises:
        CourseError: No jail can be built on this machine.
    """
    found = examine()
    if not found.there:
        raise CourseError(f"There is no jail here: {found.message} {found.mend}")
    return Launch([*_wrapper(found.way), *plain(backend, "/tmp").argv], _environment(backend), jailed=True)


def best_launcher(require=False):
    """Return the launcher for grading, whether it is jailed, and a sentence that says why.

    Args:
        require: If True, raise an error instead of returning the launcher of a plain process.

    Raises:
        CourseError: A jail is required and cannot be built.
    """
    found = examine()
    if found.there:
        return jail, True, found.message
    if require:
        raise CourseError(f"Grading needs a jail: {found.message} {found.mend}")
    return plain, False, found.message


@functools.cache
def examine():
    """Return the `Jail` of this machine; it is tested by building a jail and making namespaces in it."""
    if sys.platform != "linux":
        return Jail(
            False, "the jail is bubblewrap, which is for Linux only.", "grade on Linux, or in a container"
        )
    program = shutil.which("bwrap")
    if program is None:
        return Jail(False, "bubblewrap is not installed.", MEND)
    try:
        system_calls.program()
    except CourseError as error:
        return Jail(False, str(error), system_calls.MEND)
    message = ""
    for way in ((), _USER) if os.geteuid() == 0 else (_USER,):
        message = _try(way)
        if message is None:
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
            return Jail(True, f"{version.stdout.strip()}", way=way)
    return Jail(False, f"bubblewrap cannot build a jail here ({message}).", _NO_USERS)


def _try(way):
    """Return None if namespaces can be made in a jail built this way, else the last line of the error message."""
    command = [*_wrapper(way), sys.executable, "-P", "-m", "course.grading.sandbox.supervisor"]
    try:
        done = subprocess.run(
            command, env=_environment("jax"), capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0 and "namespaces made" in done.stdout and "{'ended': 0}" in done.stdout:
        return None
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"


def _wrapper(way):
    return [shutil.which("bwrap") or "bwrap", *_CLOSED, *way, *mounts.arguments()]


def _environment(backend):
    env = environment(backend, "/tmp", mounts.HOME)
    env |= {"MEDL_JAIL": secrets.token_hex(8), "USER": "candidate", "LOGNAME": "candidate"}
    env |= {FILTER: system_calls.program(), "MEDL_UNDER_TMP": os.pathsep.join(mounts.under_tmp())}
    return env
