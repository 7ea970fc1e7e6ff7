"""torch.distributed: what two processes compute on a global batch is what one computes.

The cases are in ``worker_torch``; torchrun starts one pair of processes for all of them.
"""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

pytestmark = [
    pytest.mark.backend_independent,  # the workers run on torch, whatever runs here
    pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch: not installed"),
]

SAME = (
    "classifier", "several_steps", "shuffled", "gan", "noisy", "target_network", "plain", "on_batches",
    "second_order", "in_buckets", "in_and_out", "graph", "averages", "checkpoint",
)  # fmt: skip
# Float32 sums differ in order; RMSprop and Adam divide by small roots, and so enlarge that.
RTOL, ATOL = 2e-5, 5e-6


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each process wrote: ``found[rank][case][kind][name]``."""
    folder = tmp_path_factory.mktemp("torch")
    env = {**os.environ, "KERAS_BACKEND": "torch", "COURSE_COLLECTIVE_TIMEOUT": "60"}
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*torchrun, "-m", "tests.course.distribution.worker_torch", str(folder)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
    ranks = []
    for rank in (0, 1):
        cases = {}
        with np.load(folder / f"{rank}.npz") as file:
            for key, value in file.items():
                case, kind, name = key.split("/", 2)
                cases.setdefault(case, {}).setdefault(kind, {})[name] = value
        ranks.append(cases)
    return ranks


@pytest.mark.parametrize("case", SAME)
def test_two_processes_compute_what_one_does(found, case):
    for rank in (0, 1):
        one, both = (found[rank][case][kind] for kind in ("one", "all"))
        assert one.keys() == both.keys()
        for name, value in one.items():
            assert np.isfinite(value).all(), name
            np.testing.assert_allclose(both[name], value, rtol=RTOL, atol=ATOL, err_msg=f"{rank} {name}")


@pytest.mark.parametrize("case", [*SAME, "initial_weights"])
def test_the_processes_hold_the_same_bits(found, case):
    for name, value in found[0][case]["all"].items():
        np.testing.assert_array_equal(found[1][case]["all"][name], value, err_msg=name)


def test_the_models_were_trained(found):
    """Agreement of models that do nothing would prove nothing."""
    for case in ("classifier", "shuffled", "noisy", "plain"):
        loss = found[0][case]["all"]["history loss"]
        assert loss[-1] < loss[0] - 1e-3
    assert found[0]["in_and_out"]["all"]["captured"] == 2  # shapes of batches
    assert abs(found[0]["second_order"]["all"]["history slope"]).min() > 1e-3


def test_processes_draw_different_numbers_that_a_seed_repeats(found):
    for rank in (0, 1):
        once, again = (found[rank]["draws"][kind] for kind in ("one", "all"))
        for name, value in once.items():
            np.testing.assert_array_equal(again[name], value, err_msg=name)
    first, second = (found[rank]["draws"]["all"] for rank in (0, 1))
    for a, b in zip(first["drawn"], second["drawn"], strict=True):
        for drawn in (slice(0, 48), slice(48, 96), slice(96, None)):  # seeded dropout, free dropout, noise
            assert not np.array_equal(a[drawn], b[drawn])
    assert len({a.tobytes() for a in first["drawn"]}) == 4  # no step draws what another drew
    for name in first.keys() - {
        "drawn"
    }:  # the state of the generators, which a checkpoint holds, is that of all
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_one_wish_to_stop_stops_all(found):
    assert [int(found[rank]["stops_together"]["all"]["epochs"]) for rank in (0, 1)] == [2, 2]


def test_a_callback_of_the_main_process_alone(found):
    """It runs there only, and may predict without the others."""
    assert [int(found[rank]["stops_together"]["all"]["drawn"]) for rank in (0, 1)] == [6, 0]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("data", "see different batches"),
        ("vjp", "use course.value_and_grad of a mean"),
        ("own step", "derive the model from course.Model"),
        ("devices", "torchrun --nproc-per-node 3"),
        ("model_parallel", "KERAS_BACKEND=jax"),
    ],
)
def test_what_cannot_be_done_is_said_on_every_process(found, what, sentence):
    for rank in (0, 1):
        message = str(found[rank]["refusals"]["all"][what])
        with pytest.raises(AssertionError, match=sentence):
            raise AssertionError(message)


def test_a_killed_worker_is_named_and_the_next_start_goes_on_to_the_same_weights():
    """By the demonstration that a student runs: kill, start again, compare with a run that was not interrupted."""
    env = {**os.environ, "KERAS_BACKEND": "torch", "COURSE_COLLECTIVE_TIMEOUT": "60"}
    command = [sys.executable, "-m", "course.distribution.two_processes", "--kill"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    before, rest = done.stdout.split("Worker 1 of 2 was killed by SIGKILL")
    again, alone = rest.split("One process")
    epochs = [[line.split()[1] for line in part.splitlines() if line.startswith("  epoch")] for part in
              (before, again, alone)]  # fmt: skip
    assert epochs == [["1:", "2:"], ["3:", "4:"], ["1:", "2:", "3:", "4:"]]
    assert "Process 0 of 2 lost another one" in done.stderr  # within seconds, not after the timeout
    assert "0.0e+00 between the two" in again + alone
