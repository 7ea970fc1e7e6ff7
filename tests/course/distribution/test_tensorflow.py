"""TensorFlow on two logical processors computes what one computes; BatchNorm and random draws as docs/devices.md says.

One process runs all cases (``worker_tensorflow``); two more processes per run play two machines.
"""

import numpy as np
import pytest

from tests.course.distribution import workers

pytestmark = [pytest.mark.needs_backend("tensorflow"), workers.needs("tensorflow")]

SAME = (
    "classifier", "grouped", "gan", "curved", "target_network", "synchronized", "judged", "resumed",
    "by_hand", "orders",
)  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return workers.run("tensorflow", tmp_path_factory.mktemp("tensorflow"))


@pytest.mark.parametrize("case", SAME)
def test_two_devices_compute_what_one_does(found, case):
    workers.check_same(found[case])


def test_the_devices_are_named_and_said_to_be_simulated(found):
    said = str(found["describe"]["said"]["two"])
    assert said == "data_parallel on 2 devices: cpu:0, cpu:1; simulated: parts of one processor, no faster"


def test_nothing_stays_of_what_a_step_puts_in_for_its_time(found):
    """The blocks of the replicas' threads overlap; afterwards the optimizer and Keras are as they were."""
    np.testing.assert_array_equal(found["left"]["several"]["of_optimizer"], [])
    np.testing.assert_array_equal(found["left"]["several"]["of_keras"], [])


def test_batchnorm_has_each_replicas_statistics_and_averages_that_agree(found):
    """Seven rows are four and three: the averages are the replicas', weighted by their rows."""
    normed = found["normed"]["several"]
    rows, momentum = normed["before"], 0.5
    parts = np.split(rows, [4])
    np.testing.assert_allclose(normed["mean"], (1 - momentum) * rows.mean(axis=0), rtol=1e-4, atol=1e-6)
    expected = sum(len(p) / len(rows) * p.var(axis=0) for p in parts)
    np.testing.assert_allclose(normed["variance"], (1 - momentum) * expected, rtol=1e-4, atol=1e-6)
    assert not np.allclose(expected, rows.var(axis=0), rtol=1e-2)
    np.testing.assert_array_equal(normed["copies"][0], normed["copies"][1])


def test_replicas_draw_different_numbers_and_the_same_again(found):
    first, again = (found["draws"]["several"][k] for k in ("first", "again"))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first[0] - first[1]).min() > 1e-3


@pytest.mark.parametrize("mistake", workers.MISTAKES)
def test_mistakes_are_said_in_a_sentence(found, mistake):
    assert workers.MISTAKES[mistake] in str(found["errors"]["said"][mistake])


def test_model_parallel_is_refused(found):
    said = str(found["errors"]["said"]["model_parallel"])
    assert (
        said == "model_parallel is not possible on tensorflow: use JAX (KERAS_BACKEND=jax), or data_parallel."
    )


@pytest.mark.slow  # test_torch has the same demonstration in the gate
def test_two_machines_of_which_one_is_killed():
    """The second start goes on from the checkpoint, and ends where one uninterrupted process does."""
    done = workers.two_processes("tensorflow", "--kill")
    assert "Worker 1 of 2 was killed by SIGKILL" in done.stdout
