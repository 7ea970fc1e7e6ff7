"""Returns the command and the environment variables of a candidate's process.

A launcher is a function `(backend, scratch) → Launch`. `plain` starts an ordinary child process, which protects the
grader from a student's mistake, but not from an attack. A jail is another launcher, which puts the command of
bubblewrap before the same command.
"""

import os
import site
import sys
from pathlib import Path

import course
from course.grading.sandbox import mounts
from course.processes import short_runs, xla_flags
from course.processes.launcher import Launch
from course.processes.threads import THREADS
from course.processes.xla_threads import VARIABLE as XLA_THREADS

_PASSED = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS"),
)


def plain(backend, scratch):
    """Return the command of an ordinary child process that works and writes in the folder `scratch`."""
    home = str(Path(course.__file__).resolve().parent.parent)
    return Launch(
        [sys.executable, "-P", "-m", "course.grading.sandbox.worker"], environment(backend, scratch, home)
    )


def environment(backend, scratch, home):
    """Return all environment variables of a worker that writes in `scratch` and imports `course` from `home`."""
    env = {name: os.environ[name] for name in _PASSED if name in os.environ}
    env |= {
        "KERAS_BACKEND": backend,
        "PYTHONPATH": os.pathsep.join([home, *mounts.leading()]),
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONHASHSEED": "0",
        # the scratch folder, which is removed afterwards, replaces the home folder
        **dict.fromkeys(
            ("HOME", "USERPROFILE", "KERAS_HOME", "MPLCONFIGDIR", "TMPDIR", "TEMP", "TMP"), scratch
        ),
        "MPLBACKEND": "agg",
        # a training step that would run on this backend only is refused: a check has the same result on each backend
        "COURSE_STRICT": "1",
        # one thread is enough for small arrays, and only a process with one thread can fork safely
        **dict.fromkeys((*THREADS, XLA_THREADS), "1"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # exercises are checked on the CPU, so that the result does not depend on the machine
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
        "KERAS_TORCH_DEVICE": "cpu",
        # to compile takes longer than to compute the small arrays of a check once
        xla_flags.FEW_OPTIMIZATIONS: "1",
        short_runs.GRAPH_OPTIMIZER: "0",
        "TORCH_COMPILE_DISABLE": "1",  # `torch.compile`, which starts a compiler for C++, returns its function
    }
    xla_flags.configure(env, backend)
    return env


def can_fork():
    """Tell whether a process that has imported Keras may fork: on Linux it may, while it has one thread."""
    return sys.platform == "linux"
