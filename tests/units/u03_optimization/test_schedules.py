"""Learning-rate schedules against Keras's own, and against their equations."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from units.u03_optimization import schedules
from units.u03_optimization.momentum import Momentum

own = keras.optimizers.schedules
PAIRS = {
    "step": (
        schedules.StepDecay(0.4, 30, 0.5),
        own.ExponentialDecay(0.4, 30, 0.5, staircase=True),
    ),
    "exponential": (schedules.ExponentialDecay(0.4, 30, 0.5), own.ExponentialDecay(0.4, 30, 0.5)),
    "polynomial": (
        schedules.PolynomialDecay(0.4, 70, 0.02, power=2.0),
        own.PolynomialDecay(0.4, 70, 0.02, power=2.0),
    ),
    "inverse_time": (schedules.InverseTimeDecay(0.4, 10, 0.7), own.InverseTimeDecay(0.4, 10, 0.7)),
    "cosine": (schedules.CosineDecay(0.4, 70, alpha=0.1), own.CosineDecay(0.4, 70, alpha=0.1)),
    "cosine_warm": (
        schedules.CosineDecay(0.0, 70, alpha=0.1, warmup_target=0.4, warmup_steps=20),
        own.CosineDecay(0.0, 70, alpha=0.1, warmup_target=0.4, warmup_steps=20),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_equals_keras(name):
    mine, theirs = PAIRS[name]
    # 29, 30 | 70, 71 | 19, 20 | 90 are the corners
    for t in (0, 19, 20, 29, 30, 55, 70, 71, 90, 120):
        assert_close(mine(t), theirs(t), rtol=2e-6, atol=1e-8, name=f"{name} at {t}")


@pytest.mark.parametrize("name", PAIRS)
def test_a_schedule_takes_many_steps_at_once_and_comes_back_from_its_config(name):
    mine = PAIRS[name][0]
    t = np.arange(0, 130, 7)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(mine))
    assert type(again) is type(mine)
    assert again.get_config() == mine.get_config()
    assert_close(again(t), np.array([ops.convert_to_numpy(mine(int(i))) for i in t]))


def test_an_optimizer_takes_it_and_keeps_it_in_its_config():
    optimizer = Momentum(schedules.StepDecay(1.0, 2, 0.1), momentum=0.0)
    w = keras.Variable([0.0])
    places = []
    for _ in range(5):
        optimizer.apply([ops.ones(1)], [w])
        places.append(w.numpy()[0])
    np.testing.assert_allclose(places, [-1, -2, -2.1, -2.2, -2.21], rtol=1e-5)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert_close(again._learning_rate(4), 0.01)


def test_the_inverse_time_schedule_computes_a_running_mean():
    """Squared distance to one sample at a time, α_t = 1/(1 + t): the iterate is the mean of the samples so far."""
    samples = np.random.default_rng(0).normal(size=12)
    schedule, theta = schedules.InverseTimeDecay(1.0, 1, 1.0), 5.0
    for t, a in enumerate(samples):
        theta -= float(ops.convert_to_numpy(schedule(t))) * (theta - a)
        assert theta == pytest.approx(samples[: t + 1].mean(), abs=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.StepDecay(0.1, 0, 0.5), "decay_steps must be a number > 0"),
        (lambda: schedules.ExponentialDecay(-0.1, 5, 0.5), "initial_learning_rate must be a number > 0"),
        (lambda: schedules.PolynomialDecay(0.1, 5, -1.0), "end_learning_rate must be a number ≥ 0"),
        (lambda: schedules.InverseTimeDecay(0.1, 5, -1), "decay_rate must be a number ≥ 0"),
        (lambda: schedules.CosineDecay(0.1, 5, alpha=1.5), r"alpha must be a number in \[0, 1\)"),
        (lambda: schedules.CosineDecay(0.1, 5, warmup_steps=3), "both warmup_target and warmup_steps"),
        (lambda: schedules.CosineDecay(0.1, 5, warmup_target=0.3), "both warmup_target and warmup_steps"),
    ],
)
def test_impossible_schedules(make, message):
    with pytest.raises(ValueError, match=message):
        make()
