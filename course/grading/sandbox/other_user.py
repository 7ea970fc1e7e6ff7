"""Runs candidates as other users where no jail can be built, but this process is root, as in Gradescope's containers.

Such a candidate cannot read files that only root can read, and cannot signal or trace the grader. Every process gets
another user number, so that the candidates cannot reach each other or the course's own files either. The kernel refuses
the same system calls as in a jail (`system_calls.py`), so a candidate has no network and starts no program. It can read
the files that everybody can read, and write into folders such as /tmp; this is no jail.
"""

import itertools
import os
import shutil

from course.grading.sandbox import system_calls
from course.grading.sandbox.launcher import plain
from course.grading.sandbox.namespace import FILTER

_FIRST = 64_100
_numbers = itertools.count()


def possible():
    """Tell whether this process can start others as other users."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv") is not None


def other_user(backend, scratch):
    """Return the command of a child process with a user number of its own; a launcher like `plain`.

    Raises:
        CourseError: The filter of system calls cannot be made, because libseccomp is missing.
    """
    launch = plain(backend, scratch)
    number = _FIRST + next(_numbers) % 1000
    os.chown(scratch, number, number)
    become = [f"--reuid={number}", f"--regid={number}", "--clear-groups", "--no-new-privs", "--inh-caps=-all"]
    env = launch.env | {FILTER: system_calls.program()}
    return launch._replace(argv=[shutil.which("setpriv"), *become, *launch.argv], env=env)
