"""Run a backend's worker, and judge what it wrote."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course.processes import xla_flags

# Float32 sums differ in order; RMSprop and Adam divide by small roots, and so enlarge that.
RTOL, ATOL = 2e-5, 5e-6

MISTAKES = {
    "cleared": "clear_session() inside course.strategy('data_parallel') has dropped the strategy",
    "unknown": "there are auto, data_parallel, model_parallel, none",
    "too many": "64 devices are asked for and",
    "no number": "devices='4'; say how many",
    "none of four": 'say "data_parallel"',
    "no layout": "needs a layout: which weights are cut",
    "layout of data_parallel": 'layout goes with "model_parallel"',
    "nested": "already active; leave it before you enter another",
    "made outside": "make and compile the model inside the with block",
    "small batch": "make it at least 2",
}


def needs(backend):
    """The mark of a test whose workers run on a backend, whatever runs here."""
    return pytest.mark.skipif(importlib.util.find_spec(backend) is None, reason=f"{backend}: not installed")


def environment(backend):
    """For a process on a backend, and on processors."""
    keep = {k: v for k, v in os.environ.items() if k not in ("XLA_FLAGS", "TF_CONFIG", "WORLD_SIZE", "RANK")}
    root = str(Path(__file__).resolve().parents[3])
    env = keep | {
        "KERAS_BACKEND": backend,
        "PYTHONPATH": root,
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "COURSE_COLLECTIVE_TIMEOUT": "60",
    }
    xla_flags.configure(env, backend)  # as `course run` does
    return env


def run(backend, folder):
    """Run all cases in one process; return ``{case: {who: {name: number}}}``."""
    # Nothing changes that a step would have to be compiled for again.
    again = "error:The step was compiled:UserWarning"
    command = [sys.executable, "-W", again, "-m", f"tests.course.distribution.worker_{backend}", str(folder)]
    done = subprocess.run(
        command, env=environment(backend), capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
    found = {}
    with np.load(folder / f"{backend}.npz") as file:
        for key in file:
            case, who, name = key.split("/", 2)
            found.setdefault(case, {}).setdefault(who, {})[name] = file[key]
    return found


def check_same(case):
    """One device and several have the same numbers."""
    one, several = case["one"], case["several"]
    assert one.keys() == several.keys()
    for name, value in one.items():
        assert np.isfinite(value).all(), name
        np.testing.assert_allclose(several[name], value, rtol=RTOL, atol=ATOL, err_msg=name)


def two_processes(backend, *options):
    """The demonstration ends well, and says so."""
    command = [sys.executable, "-m", "course.distribution.two_processes", *options]
    done = subprocess.run(
        command, env=environment(backend), capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "in 2 processes" in done.stdout
    assert "Largest difference of a weight: 0.0e+00 between the two" in done.stdout
    return done
