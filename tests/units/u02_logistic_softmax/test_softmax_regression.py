"""SoftmaxRegression: fit, evaluate, save and load, and the same steps as Keras's own."""

import keras
import numpy as np
import pytest
from scipy.special import logsumexp, softmax

from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression


@pytest.fixture
def data():
    rng = np.random.default_rng(5)
    y = rng.integers(3, size=50).astype("int32")
    x = (np.eye(3)[y] + 0.3 * rng.normal(size=(50, 3))).astype("float32")
    return x, y


def compiled(optimizer="adam"):
    model = SoftmaxRegression(classes=3)
    model.compile(optimizer=optimizer)
    return model


def test_one_epoch_of_descent_equals_numpy(data):
    x, y = data
    model = compiled(keras.optimizers.SGD(0.5))
    history = model.fit(x, y, batch_size=16, shuffle=False, verbose=0).history
    W, b, total, right = np.zeros((3, 3)), np.zeros(3), 0.0, 0
    for start in range(0, 50, 16):  # the last batch has two samples
        xb, yb = x[start : start + 16].astype("float64"), y[start : start + 16]
        z = xb @ W.T + b
        total += np.sum(logsumexp(z, axis=1) - z[np.arange(len(yb)), yb])
        right += np.sum(z.argmax(1) == yb)
        delta = (softmax(z, axis=1) - np.eye(3)[yb]) / len(yb)
        W, b = W - 0.5 * delta.T @ xb, b - 0.5 * delta.sum(0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel, W.T, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(bias, b, rtol=1e-4, atol=1e-5)
    # what fit reports is the mean over samples, not over batches
    assert history["loss"] == [pytest.approx(total / 50, rel=1e-4)]
    assert history["accuracy"] == [pytest.approx(right / 50)]


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam"])
def test_steps_equal_those_of_keras(data, name):
    make = {
        "sgd": lambda: keras.optimizers.SGD(0.1),
        "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        "adam": lambda: keras.optimizers.Adam(0.01),
    }[name]
    ours = compiled(make())
    theirs = keras.Sequential([keras.layers.Dense(3, kernel_initializer="zeros")])
    theirs.compile(
        make(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    histories = [
        m.fit(*data, batch_size=16, epochs=5, shuffle=False, verbose=0).history for m in (ours, theirs)
    ]
    for mine, keras_own in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, keras_own, rtol=1e-4, atol=2e-6)
    for key in ("loss", "accuracy"):
        np.testing.assert_allclose(histories[0][key], histories[1][key], rtol=1e-5)


def test_evaluate_measures_and_does_not_learn(data):
    x, y = data
    model = compiled()
    model.fit(x, y, epochs=3, verbose=0)
    before = [w.copy() for w in model.get_weights()]
    scores = model.evaluate(x, y, batch_size=16, verbose=0, return_dict=True)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    z = model.predict(x, verbose=0)
    assert scores["loss"] == pytest.approx(np.mean(logsumexp(z, axis=1) - z[np.arange(50), y]), rel=1e-4)
    assert scores["accuracy"] == pytest.approx(np.mean(z.argmax(1) == y))


def test_validation_data_is_reported(data):
    history = compiled().fit(*data, validation_data=data, epochs=2, verbose=0).history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_saved_and_loaded_goes_on_as_if_nothing_had_happened(data, tmp_path):
    model = compiled(keras.optimizers.Adam(0.05))
    model.fit(*data, batch_size=16, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(loaded, SoftmaxRegression)
    assert loaded.classes == 3
    for m in (model, loaded):  # Adam's moments must have come along
        m.fit(*data, batch_size=16, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


def test_config_round_trip():
    model = SoftmaxRegression(classes=7, name="digits")
    copy = SoftmaxRegression.from_config(model.get_config())
    assert (copy.classes, copy.name) == (7, "digits")
    assert keras.saving.get_registered_name(SoftmaxRegression) == "medl>SoftmaxRegression"


def test_sure_and_wrong_costs_a_finite_number():
    model = compiled(keras.optimizers.SGD(0.0))
    x, y = np.float32([[1000, 0, 0]]), np.int32([1])
    model.fit(x, y, verbose=0)
    model.set_weights([np.eye(3, dtype="float32"), np.zeros(3, "float32")])
    assert model.evaluate(x, y, verbose=0, return_dict=True)["loss"] == 1000.0


def test_the_number_of_classes_may_be_one_of_numpy():
    y = np.array([0, 2, 1])
    model = SoftmaxRegression(classes=y.max() + 1)
    model.compile("sgd")
    model.fit(np.eye(3, dtype="float32"), y, verbose=0)
    assert type(model.get_config()["classes"]) is int
