"""The range test: rates, averages, where it ends, and that it leaves the model as it was."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from units import u06_tricks_of_the_trade as u06

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]]).astype("float32")


def state(model):
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [ops.convert_to_numpy(v.value).copy() for v in variables]


def test_the_range_test_finds_the_stable_rates_and_puts_the_model_back():
    """On a quadratic, descent with momentum β diverges beyond 2 (1 + β) / λ_max: the suggestion lies below."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), layers.Dropout(0.0, seed=1), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.02, momentum=0.5), loss="mse")
    model.train_on_batch(X[:20], Y[:20])
    before = state(model)
    found = u06.find_learning_rate(model, X, Y, batch_size=20, low=1e-4, high=100.0, steps=60)
    after = state(model)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert float(model.optimizer.learning_rate) == np.float32(0.02)
    assert len(found.rates) == len(found.losses) == len(found.smoothed) < 60
    assert found.losses[-1] > 4 * found.smoothed.min()
    limit = 2 * (1 + 0.5) / np.linalg.eigvalsh(2 * X.T @ X / len(X)).max()
    assert 1e-3 < found.suggestion < limit < found.rates[-1]
    np.testing.assert_allclose(found.rates[1:] / found.rates[:-1], 10 ** (6 / 59))
    # The losses are those of single batches: the first one is that of the model as it was
    first = float(np.mean((ops.convert_to_numpy(model(X[:20])) - Y[:20]) ** 2))
    assert np.isclose(found.losses[0], first, rtol=1e-4)


def test_a_cost_below_zero_is_no_divergence():
    """With the cost of a density, such as mean squares minus 100, ``stop`` times the smallest value is below it."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.02), loss=lambda y, u: ops.mean(ops.square(y - u)) - 100.0)
    found = u06.find_learning_rate(model, X, Y, batch_size=20, low=1e-4, high=100.0, steps=30)
    assert 3 < len(found.rates) < 30
    assert found.smoothed[-1] > 190  # c + 3 |c| of c near −99


def test_what_cannot_be_tested_is_refused():
    def model(rate):
        made = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
        made.compile(keras.optimizers.SGD(rate), loss="mse")
        return made

    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    with pytest.raises(ValueError, match="follows a schedule"):
        u06.find_learning_rate(model(schedule), X, Y)
    with pytest.raises(ValueError, match="40 samples do not fill one mini-batch of 50"):
        u06.find_learning_rate(model(0.1), X, Y, batch_size=50)
    with pytest.raises(ValueError, match="low must be smaller than high"):
        u06.find_learning_rate(model(0.1), X, Y, low=1.0, high=0.1)
    with pytest.raises(ValueError, match="steps must be a whole number ≥ 3"):
        u06.find_learning_rate(model(0.1), X, Y, steps=2)
    with pytest.raises(ValueError, match="not compiled"):
        u06.find_learning_rate(keras.Sequential([keras.Input((3,)), layers.Dense(1)]), X, Y)


@pytest.mark.backend_independent
def test_the_average_has_no_bias_and_the_steepest_rate_comes_before_the_smallest_value():
    np.testing.assert_allclose(u06.moving_average(np.full(5, 3.0), 0.9), 3)
    np.testing.assert_allclose(u06.moving_average([4.0, 1.0], 0.5), [4, 2])
    rates = 10.0 ** np.arange(-5, 2)
    assert u06.steepest_rate(rates, [5.0, 4.9, 3.0, 1.0, 0.9, 8.0, 0.95]) == rates[2]
    with pytest.raises(ValueError, match="three or more positive numbers that grow"):
        u06.steepest_rate(rates[::-1], np.ones(7))
