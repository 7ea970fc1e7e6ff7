"""Each backend in a process of its own: what a worker module computed there."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from course.backend import install
from course.processes import xla_flags

BACKENDS = [b for b in ("jax", "tensorflow", "torch") if importlib.util.find_spec(b)]


def numbers_of(worker, folder, names=(), backends=BACKENDS, timeout=480, **environment):
    """Run ``python -m worker FILE.npz NAMES`` on every backend, or on some; return backend → name → array.

    ``environment`` has variables that the processes get besides those of this process.
    """
    missing = {"jax", "tensorflow", "torch"} - set(BACKENDS)
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {', '.join(sorted(missing))}")
    if len(BACKENDS) < 2:
        pytest.skip(f"parity needs two backends: {install('jax', 'tensorflow', 'torch')}")
    found = {}
    for backend in backends:
        env = dict(os.environ, KERAS_BACKEND=backend, **environment)
        xla_flags.configure(env, backend)  # as `course run` does
        command = [sys.executable, "-m", worker, str(folder / f"{backend}.npz"), *names]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        with np.load(folder / f"{backend}.npz") as file:
            found[backend] = dict(file)
    return found
