"""What an agent accepts as a batch."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from tests.units.u09_reinforcement import parity_cases
from units.u09_reinforcement.batches import TRANSITIONS, checked_batch


def test_columns_are_vectors_and_booleans_are_numbers():
    batch = parity_cases.batches(4)
    given = {**batch, "reward": batch["reward"][:, None], "terminated": batch["terminated"] == 1}
    found = checked_batch(given, TRANSITIONS, ("action", "reward", "terminated"), None)
    assert list(found) == list(TRANSITIONS)
    for name, values in batch.items():
        assert_close(found[name], values)
    assert_close(1 - found["terminated"], 1 - batch["terminated"])


@pytest.mark.parametrize("case", [parity_cases.dqn, parity_cases.sac, parity_cases.a2c])
def test_no_agent_broadcasts_a_column(case):
    """The step with columns (batch, 1) is the step with vectors; with more columns it is an error."""
    losses = []
    for column in (False, True):
        keras.utils.set_random_seed(0)
        model, (data,) = case()
        one = {name: values[:16] for name, values in data.items()}
        if column:
            one |= {k: v[:, None] for k, v in one.items() if v.ndim == 1}
        losses.append(float(ops.convert_to_numpy(model.train_on_batch(one, return_dict=True)["loss"])))
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    name = "advantage" if "advantage" in one else "reward"
    with pytest.raises(ValueError, match=f"{name} has one number for each sample"):
        model.train_on_batch({**one, name: np.zeros((16, 2), "float32")})
