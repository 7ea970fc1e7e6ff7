"""Attacks stay in their region, raise the cost, and are the worst case where that is known."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import one_program
from units import u02_logistic_softmax as u02
from units import u04_feedforward as u04
from units import u10_past_present_future as u10


@pytest.fixture(scope="module")
def trained():
    """A small network that has learnt four clusters in the unit square."""
    rng = np.random.default_rng(0)
    y = np.arange(200, dtype="int32") % 4
    centres = np.array([[0.25, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.75]])
    x = np.clip(centres[y] + 0.08 * rng.normal(size=(200, 2)), 0, 1).astype("float32")
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(4)])
    model = u04.Classifier(network, 4)
    model.compile(keras.optimizers.Adam(0.05))
    model.fit(x, y, batch_size=50, epochs=20, verbose=0)
    return model, x, y


def test_attacks_stay_in_their_region_and_raise_the_cost(trained):
    model, x, y = trained
    measure = one_program(lambda inputs: ops.mean(u02.cross_entropy(y, model(inputs))))
    attack = one_program(
        lambda a, b: (
            u10.fgsm(model, a, b, 0.2),
            u10.pgd(model, a, b, 0.2, steps=8),
            u10.fgsm(model, a, b, 0.0),
        )
    )
    one, several, none = (ops.convert_to_numpy(attacked) for attacked in attack(x, y))
    before, cost_of_one, cost_of_several = (
        float(ops.convert_to_numpy(measure(inputs))) for inputs in (x, one, several)
    )
    for attacked, cost in ((one, cost_of_one), (several, cost_of_several)):
        assert np.abs(attacked - x).max() <= 0.2 + 1e-6
        assert attacked.min() >= 0
        assert attacked.max() <= 1
        assert cost > before + 0.1
    # no theorem orders the two attacks; in two dimensions one step is nearly the worst change already
    assert cost_of_several >= 0.98 * cost_of_one
    np.testing.assert_array_equal(none, x)


def test_one_step_is_the_worst_change_of_a_linear_model():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(20, 5)).astype("float32"), (np.arange(20) % 2).astype("int32")
    dense = keras.layers.Dense(2)
    model = u04.Classifier(keras.Sequential([dense]), 2)
    model(x)
    w = np.diff(ops.convert_to_numpy(dense.kernel), axis=1)[:, 0]

    def margins(inputs):
        z = ops.convert_to_numpy(model(inputs))
        return (2 * y - 1) * (z[:, 1] - z[:, 0])

    for attack in (u10.fgsm, u10.pgd):
        program = one_program(lambda a, b, f=attack: f(model, a, b, 0.3, low=-np.inf, high=np.inf))
        attacked = program(x, y)
        np.testing.assert_allclose(
            margins(attacked), margins(x) - 0.3 * np.abs(w).sum(), rtol=1e-4, atol=1e-4
        )
    corners = 0.3 * (2 * ((np.arange(32)[:, None] >> np.arange(5)) & 1) - 1)
    worst = np.min([margins((x + c).astype("float32")) for c in corners], axis=0)
    np.testing.assert_allclose(worst, margins(x) - 0.3 * np.abs(w).sum(), rtol=1e-4, atol=1e-4)


def test_a_random_start_follows_its_seed(trained):
    model, x, y = trained
    first, again, other = (
        ops.convert_to_numpy(u10.pgd(model, x, y, 0.1, steps=1, step_size=0.01, seed=s)) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_training_on_attacks_makes_a_network_robust(trained):
    usual, x, y = trained
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(4)])
    robust = u10.AdversarialClassifier(network, 4, radius=0.15, steps=2)
    robust.compile(keras.optimizers.Adam(0.05))
    robust.fit(x, y, batch_size=50, epochs=20, verbose=0)

    def attacked(model):
        return u10.robust_accuracy(
            model, x, y, lambda a, b: u10.pgd(model, a, b, 0.15, steps=4), batch_size=200
        )

    assert attacked(robust) > attacked(usual) + 0.02
    config = u10.AdversarialClassifier.from_config(robust.get_config())
    assert (config.radius, config.steps) == (0.15, 2)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"radius": -0.1}, "at least 0"),
        ({"radius": float("nan")}, "at least 0"),
        ({"radius": np.array([0.1, 0.2])}, "one number"),
        ({"low": 1.0, "high": 0.0}, "must be below"),
        ({"x": np.full((2, 2), 3.0, "float32")}, "range of your inputs"),
        ({"x": [[0.5, 3.0], [0.0, 0.0]]}, "range of your inputs"),
        ({"y": np.array([0, 1, 1], "int32")}, "one class number for each sample"),
    ],
)
def test_a_bad_argument_is_refused(trained, changed, sentence):
    arguments = {"x": np.zeros((2, 2), "float32"), "y": np.zeros(2, "int32"), "radius": 0.1, **changed}
    for attack in (u10.fgsm, u10.pgd):
        with pytest.raises(ValueError, match=sentence):
            attack(trained[0], **arguments)


def test_pgd_needs_steps(trained):
    model, x, y = trained
    for changed in ({"steps": 0}, {"steps": 2.5}, {"step_size": 0.0}):
        with pytest.raises(ValueError, match=r"at least one step|must be positive"):
            u10.pgd(model, x, y, 0.1, **changed)
    with pytest.raises(ValueError, match="steps at least 1"):
        u10.AdversarialClassifier(None, 4, steps=0)


def test_training_on_attacks_looks_at_the_range_of_its_inputs():
    """Images of 0 to 255 were clipped to [0, 1] without a word; new inputs may lie outside."""
    model = u10.AdversarialClassifier(keras.Sequential([keras.layers.Dense(2)]), 2, radius=0.1, steps=1)
    model.compile("sgd")
    x, y = np.array([[0, 255], [255, 7]], "uint8"), np.array([0, 1])
    for train in (model.fit, model.train_on_batch):
        with pytest.raises(ValueError, match="Give the range of your inputs as low and high"):
            train(x, y)
    assert model.predict(x, verbose=0).shape == (2, 2)
    with pytest.raises(ValueError, match="low must be below high"):
        u10.AdversarialClassifier(None, 4, low=1.0, high=0.0)
