"""``fit(sample_weight=…)`` and ``fit(class_weight=…)`` with the units' own models: the weighted loss, as in Keras."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from course.training.weighting import unweighted, weighted_mean
from units import u02_logistic_softmax as u02
from units import u04_feedforward as u04
from units import u06_tricks_of_the_trade as u06

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 3)).astype("float32"), RNG.integers(3, size=12)
WEIGHTS = RNG.uniform(0, 2, size=12).astype("float32")
CLASS_WEIGHT = {0: 0.5, 1: 2.0, 2: 1.0}


def keras_model():
    """Keras's own softmax regression."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, kernel_initializer="zeros")])
    model.compile(
        keras.optimizers.SGD(0.5), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    return model


def our_model():
    """The unit's."""
    model = u02.SoftmaxRegression(3)
    model.compile(keras.optimizers.SGD(0.5))
    return model


@pytest.mark.parametrize(
    "weights", [{"sample_weight": WEIGHTS}, {"class_weight": CLASS_WEIGHT}], ids=lambda w: next(iter(w))
)
def test_weights_do_what_they_do_in_keras(weights):
    found = []
    for model in (our_model(), keras_model()):
        history = model.fit(X, Y, batch_size=5, epochs=3, shuffle=False, verbose=0, **weights)
        measured = model.evaluate(X, Y, batch_size=5, sample_weight=WEIGHTS, verbose=0, return_dict=True)
        found.append((history.history["loss"], measured["loss"], *model.get_weights()))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


MODELS = {
    "SoftmaxRegression": lambda: u02.SoftmaxRegression(3),
    "Classifier": lambda: u04.Classifier(keras.layers.Dense(3), classes=3),
    "FeedForward": lambda: u04.FeedForward([4], classes=3, regularizer="l2"),
    "DecayedFeedForward": lambda: u04.DecayedFeedForward([4], classes=3, strength=0.1),
    "Regressor": lambda: u04.Regressor([4]),
    "SideBySide": lambda: u04.SideBySide({"first": u04.FeedForward([4], classes=3)}),
    "ShallowAutoencoder": lambda: u02.ShallowAutoencoder(3, 2),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_weights_its_loss(name):
    """The weights 3, 0, 0, … leave the loss of the first sample times 3/n, and nothing else to learn from."""
    model, w = MODELS[name](), np.zeros(12, "float32")
    key = "first_loss" if name == "SideBySide" else "loss"
    w[0] = 3
    model.compile(keras.optimizers.SGD(0.0))
    target = () if name == "ShallowAutoencoder" else (Y,)

    def loss(x, *y, **weights):
        return model.evaluate(x, *y, batch_size=12, verbose=0, return_dict=True, **weights)[key]

    history = model.fit(X, *target, batch_size=12, sample_weight=w, verbose=0).history
    penalty = sum(float(ops.convert_to_numpy(value)) for value in model.losses)
    alone = loss(X[:1], *(y[:1] for y in target)) - penalty
    assert np.isclose(loss(X, *target, sample_weight=w), 3 / 12 * alone + penalty, rtol=1e-4)
    assert np.isclose(history[key][0], 3 / 12 * alone + penalty, rtol=1e-4)


def test_weights_of_another_shape_are_refused():
    assert float(weighted_mean(ops.array([1.0, 3.0]))) == 2
    assert float(weighted_mean(ops.array([1.0, 3.0]), [[2.0], [0.0]])) == 1
    for wrong in ([1.0, 2.0, 3.0], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="sample_weight has the shape"):
            weighted_mean(ops.array([1.0, 3.0]), wrong)
    with pytest.raises(ValueError, match="not a finite number"):
        weighted_mean(ops.array([1.0, 3.0]), [1.0, np.nan])


def test_a_cost_without_weights_refuses_them():
    assert unweighted((X, Y, None)) == (X, Y)
    assert unweighted((X,))[1] is None
    model = u06.WidthSweep(3, 2, 3, ["standard"], base=2, seeds=[0])
    model.compile("sgd")
    with pytest.raises(ValueError, match="The cost of this model has no weights"):
        model.fit(X, Y, sample_weight=WEIGHTS, verbose=0)


@pytest.mark.backend_independent
def test_no_training_step_throws_weights_away():
    """``predict_step`` alone has none."""
    thrown = re.compile(
        r"def (?:train_step|test_step|cost)\b(?:(?!\n    def ).)*, _ = keras\.utils\.unpack", re.DOTALL
    )
    files = [f for f in (Path(__file__).parents[2] / "units").rglob("*.py") if "exercises" not in f.parts]
    assert files
    assert not [str(f) for f in files if thrown.search(f.read_text(encoding="utf-8"))]
