"""Batched linear algebra on JAX ends on every number of cores, and what a user says about threads stands."""

import os
import subprocess
import sys

import pytest

from course.experiments import jobs
from course.gate import stages
from course.grading.sandbox import launcher
from course.processes import xla_flags, xla_threads

CORES = 8


@pytest.fixture
def machine(monkeypatch):
    """A machine of eight cores with a jaxlib that divides batches, whose user has said nothing about threads."""
    monkeypatch.setattr(xla_threads, "_BY_USER", None)
    monkeypatch.setattr(xla_flags.metadata, "version", lambda name: "0.10.2")
    monkeypatch.setattr(xla_threads, "cores", lambda: CORES)
    return monkeypatch


def asked(backend="jax", threads=None, **environment):
    xla_threads.configure(environment, backend, threads)
    return environment.get("PJRT_NPROC")


@pytest.mark.backend_independent
@pytest.mark.parametrize(("cores", "threads"), [(1, None), (2, "4"), (3, "4"), (4, None), (8, None)])
def test_a_machine_of_two_or_three_cores_has_four_threads(machine, cores, threads):
    machine.setattr(xla_threads, "cores", lambda: cores)
    assert asked() == threads
    assert asked("torch") is asked("tensorflow") is None


@pytest.mark.backend_independent
@pytest.mark.parametrize(("share", "threads"), [(1, "1"), (2, "4"), (3, "4"), (4, "4"), (6, "6")])
def test_a_process_that_has_a_share_of_the_cores(machine, share, threads):
    assert asked(threads=share) == threads
    assert asked(threads=share, PJRT_NPROC="4") == threads  # 4 was written by the process that starts it


@pytest.mark.backend_independent
def test_another_jaxlib_has_as_many_threads_as_it_would(machine):
    machine.setattr(xla_threads, "cores", lambda: 2)
    machine.setattr(xla_flags.metadata, "version", lambda name: "0.11.0")
    assert asked() is None
    assert asked(threads=2) == "2"


@pytest.mark.backend_independent
def test_a_users_number_stands(machine):
    machine.setattr(xla_threads, "_BY_USER", "2")
    assert asked(threads=6, PJRT_NPROC="2") == "2"


@pytest.mark.backend_independent
def test_jobs_candidates_and_tests(machine):
    machine.setattr(jobs, "cores", lambda: CORES)
    machine.delenv("PJRT_NPROC", raising=False)
    assert [jobs.environment("jax", n)["PJRT_NPROC"] for n in (1, 2, 3, 8)] == ["8", "4", "4", "1"]
    assert launcher.environment("jax", "/tmp", "/tmp")["PJRT_NPROC"] == "1"
    assert stages.environment("jax")["PJRT_NPROC"] == "1"


# Before threads were set, this stopped for ever on two cores, also beside other work.
REPEATS = """
import faulthandler, time
faulthandler.dump_traceback_later(60, exit=True)
import keras
import course
from units.u01_machine_learning import nested_predictions
import numpy as np
x = np.random.default_rng(0).uniform(-1, 1, (2000, 140))
ends = time.monotonic() + 6
while time.monotonic() < ends:
    keras.ops.convert_to_numpy(nested_predictions(x[:, :50], x[:, :50], x[:, 50:], 5))
print("ended")
"""


@pytest.mark.needs_backend("jax")
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the number of cores cannot be chosen")
def test_factorizations_beside_one_another_end_on_two_cores():
    """Keras is imported before the course, as a notebook may do it."""
    env = {name: value for name, value in os.environ.items() if name not in ("PJRT_NPROC", "XLA_FLAGS")}
    two = set(sorted(os.sched_getaffinity(0))[:2])
    done = subprocess.run(
        [sys.executable, "-c", f"import os; os.sched_setaffinity(0, {two})\n{REPEATS}"],
        env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout == "ended\n", done.stderr[-3000:]
