"""Settings that would give numbers without a meaning, such as NaN in a comparison, are named."""

import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from units import u01_machine_learning as u01

NAN, RNG = float("nan"), np.random.default_rng(0)
LINE = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: u01.LogisticClassifier(2, penalty=NAN), "penalty must be positive"),
        (lambda: u01.linear_inference(LINE, [1.0, 3.1, 4.9], level=95), "level is a probability"),
        (lambda: u01.growth_rate(u01.fit_exponential([0, 1, 2], [1, 2, 4.1]), 95), "level is a probability"),
        (lambda: u01.fit_gaussian(LINE, floor=-5.0), "floor is added"),
        (lambda: u01.DecisionTree(2, depth=-1), "depth is None or"),
        (lambda: u01.kmeans(LINE, 2, RNG, restarts=0), "at least one start"),
        (lambda: u01.decompose([[0.0], [1.0]], [0.5], NAN), "noise_std must not be negative"),
        (lambda: u01.train_dev_test(10, dev=NAN), "shares with dev"),
        (lambda: u01.RandomFeatures(3, 4, RNG)(np.ones((1, 3)), 8), "between 1 and 4"),
        (lambda: u01.gradient_descent(LINE, [1.0, 2.0, 3.0], start=[0.0]), "start has 1 rows"),
    ],
)
def test_a_setting_without_a_meaning_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.backend_independent
def test_descent_may_start_at_a_column():
    """A column was broadcast to (batch, batch)."""
    column, vector = (
        u01.gradient_descent(LINE, [1.0, 3.0, 4.0], steps=3, start=start)
        for start in ([[1.0], [2.0]], [1.0, 2.0])
    )
    assert_close(ops.convert_to_numpy(column.theta), ops.convert_to_numpy(vector.theta))
    assert column.path.shape == (4, 2)
