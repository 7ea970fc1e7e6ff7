"""Runs candidates as other users where no jail can be built, but this process is root, as in Gradescope's containers.

Such a candidate cannot read files that only root can read, and cannot signal or trace the grader. Every process gets
another user number, so that the candidates cannot reach each other or the course's own files either. The network and
the files that everybody can read stay open to them; this is no jail.
"""

import itertools
import os
import shutil

from course.grading.sandbox.launcher import plain

_FIRST = 64_100
_numbers = itertools.count()


def possible():
    """Tell whether this process can start others as other users."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv") is not None


def other_user(backend, scratch):
    """Return the command of a child process with a user number of its own; a launcher like `plain`."""
    launch = plain(backend, scratch)
    number = _FIRST + next(_numbers) % 1000
    os.chown(scratch, number, number)
    become = [f"--reuid={number}", f"--regid={number}", "--clear-groups", "--no-new-privs", "--inh-caps=-all"]
    return launch._replace(argv=[shutil.which("setpriv"), *become, *launch.argv])
