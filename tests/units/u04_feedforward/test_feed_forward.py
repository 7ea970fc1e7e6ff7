"""The unit's model: its parts in their order, its copies of patterns, saving."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, set_weights
from units.u04_feedforward.classifier import Classifier
from units.u04_feedforward.feed_forward import FeedForward
from units.u04_feedforward.network import Layer, forward
from units.u04_feedforward.prelu import PReLU
from units.u04_feedforward.regressor import Regressor
from units.u04_feedforward.side_by_side import SideBySide


def data(n=60, features=4, classes=3):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, features)).astype("float32")
    return x, np.argmax(x[:, :classes], axis=1).astype("int32")


def test_equals_the_stack_of_layers():
    x, _ = data()
    model = FeedForward([5, 6], "tanh", classes=3)
    logits = model(x)
    set_weights(model)
    layers = [
        Layer(affine.W, affine.b, name)
        for affine, name in zip(model.affines, ["tanh", "tanh", None], strict=True)
    ]
    run = forward(x, layers)
    logits = model(x)
    assert_close(logits, run.a[-1], rtol=1e-5, atol=1e-5)
    for (z, a), z_expected, a_expected in zip(model.trace(x), run.z, run.a[1:], strict=True):
        assert_close(z, z_expected, rtol=1e-5, atol=1e-5)
        assert_close(a, a_expected, rtol=1e-5, atol=1e-5)


def test_normalizes_before_and_thins_after_the_activation():
    x, _ = data()
    model = FeedForward(
        [50], "relu", classes=3, normalization="layer", dropout=keras.layers.Dropout(0.5, seed=1)
    )
    (z, a), _ = model.trace(x, training=True)
    z, a = ops.convert_to_numpy(z), ops.convert_to_numpy(a)
    np.testing.assert_allclose(z.mean(1), 0, atol=1e-5)
    np.testing.assert_allclose(z.std(1), 1, atol=0.1)  # ε = 0.001 of Keras is not nothing
    kept = a > 0
    np.testing.assert_allclose(a[kept], 2 * z[kept], rtol=1e-5)
    assert 0.4 < kept.sum() / (z > 0).sum() < 0.6


def test_learns_and_is_saved(tmp_path):
    x, y = data(240)
    model = FeedForward(
        [16, 16],
        activation=PReLU(start=0.1),
        classes=3,
        normalization="batch",
        dropout=0.1,
        initializer=keras.initializers.HeNormal(),
        regularizer=keras.regularizers.L2(1e-4),
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    history = model.fit(x, y, batch_size=24, epochs=12, verbose=0).history
    assert history["accuracy"][-1] > 0.8 > history["accuracy"][0]
    result = model.evaluate(x, y, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(copy(x), model(x), rtol=0, atol=0)
    assert copy.evaluate(x, y, verbose=0, return_dict=True)["loss"] == pytest.approx(result["loss"])
    assert len(copy.trainable_variables) == len(model.trainable_variables) == 6 + 4 + 2


def test_a_classifier_trains_any_network_and_is_saved(tmp_path):
    x, y = data(48)
    model = Classifier(keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(3)]), classes=3)
    model.compile(optimizer=keras.optimizers.Adam(0.05))
    history = model.fit(x, y, batch_size=24, epochs=8, verbose=0).history
    assert history["loss"][-1] < 0.9 * history["loss"][0]
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(copy(x), model(x), rtol=0, atol=0)
    with pytest.raises(ValueError, match="class"):
        copy.evaluate(x, y + 1, verbose=0)


def test_every_layer_has_its_own_copy():
    model = FeedForward([8, 8], PReLU(), classes=8, initializer=keras.initializers.HeNormal())
    model(np.zeros((1, 8), "float32"))
    first, second, third = (ops.convert_to_numpy(affine.W) for affine in model.affines)
    assert np.abs(first - second).max() > 0.1 < np.abs(second - third).max()
    assert model.activations[0] is not model.activations[1]


def test_the_penalty_is_part_of_the_cost():
    x, y = data()
    costs = []
    for penalty in (None, keras.regularizers.L2(0.5)):
        model = FeedForward([5], "tanh", classes=3, regularizer=penalty)
        model(x)
        set_weights(model)
        model.compile(optimizer="sgd")
        costs.append(model.evaluate(x, y, batch_size=60, verbose=0, return_dict=True)["loss"])
    squares = sum(float(np.sum(ops.convert_to_numpy(affine.W) ** 2)) for affine in model.affines)
    assert costs[1] - costs[0] == pytest.approx(0.5 * squares, rel=1e-4)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="normalization is None"):
        FeedForward([3], normalization="instance")
    with pytest.raises(ValueError, match="dropout is a rate"):
        FeedForward([3], dropout=1.0)
    with pytest.raises(ValueError, match="positive whole number"):
        FeedForward([0])


def test_side_by_side_trains_each_as_it_would_alone():
    x, y = data(48)
    make = {
        "tanh": lambda: FeedForward([6], "tanh", classes=3),
        "relu": lambda: FeedForward([6], "relu", classes=3),
    }
    together = SideBySide({name: new() for name, new in make.items()})
    together.compile(optimizer=keras.optimizers.Adam(0.05))
    together.prepare((x, y))
    together.start_alike()
    start = together.members[0].get_weights()
    history = together.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0).history
    for i, (name, new) in enumerate(make.items()):
        alone = new()
        alone(x)
        alone.set_weights(start)
        alone.compile(optimizer=keras.optimizers.Adam(0.05))
        costs = alone.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0).history["loss"]
        np.testing.assert_allclose(history[f"{name}_loss"], costs, rtol=1e-4)
        assert_close(together(x)[i], alone(x), rtol=1e-3, atol=1e-4)


def test_regressor_fits_a_line():
    x = np.linspace(-1, 1, 64).astype("float32")[:, None]
    model = Regressor([], initializer="zeros")
    model.compile(optimizer=keras.optimizers.SGD(0.3))
    first, *_, last = model.fit(x, 2 * x[:, 0] - 1, batch_size=16, epochs=25, verbose=0).history["loss"]
    assert last < 1e-4 < first
    assert_close(model(x)[:, 0], 2 * x[:, 0] - 1, atol=0.02)
    measured = model.evaluate(x, x[:, 0] * 0, batch_size=64, verbose=0, return_dict=True)
    assert measured["loss"] == pytest.approx(np.mean((2 * x - 1) ** 2), rel=0.05)


def test_side_by_side_needs_a_member():
    with pytest.raises(ValueError, match="at least one member"):
        SideBySide({})
