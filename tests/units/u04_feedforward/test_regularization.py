"""Weight decay, early stopping and max-norm against Keras's own."""

import keras
import numpy as np
import pytest
from keras import ops

from units.u04_feedforward import DecayedFeedForward, EarlyStopping, FeedForward, MaxNorm, l2_penalty

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 4)).astype("float32")
Y = RNG.integers(3, size=24).astype("int32")
STRENGTH = 0.3


def number(tensor):
    return ops.convert_to_numpy(tensor)


def trained(model, optimizer, start, **options):
    model.compile(optimizer=optimizer)
    model(X)
    if start is not None:
        model.set_weights(start)
    begun = model.get_weights()
    model.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, **options)
    return model.get_weights(), begun


def agree(one, other, atol=2e-6):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, atol=atol)


def decayed(decay, optimizer, start=None, strength=STRENGTH):
    return trained(DecayedFeedForward([5], decay=decay, strength=strength, classes=3), optimizer, start)


def test_l2_is_keras_regularizer_in_value_and_training():
    w = RNG.normal(size=(3, 2)).astype("float32")
    theirs = keras.regularizers.L2(STRENGTH / 2)(ops.convert_to_tensor(w))
    assert float(l2_penalty([w], STRENGTH)) == pytest.approx(float(theirs), rel=1e-6)
    ours, start = decayed("l2", keras.optimizers.Adam(0.02))
    penalized = FeedForward([5], classes=3, regularizer=keras.regularizers.L2(STRENGTH / 2))
    agree(ours, trained(penalized, keras.optimizers.Adam(0.02), start)[0], atol=1e-5)


def test_decoupled_is_keras_adamw():
    ours, start = decayed("decoupled", keras.optimizers.Adam(0.02))
    adamw = keras.optimizers.AdamW(0.02, weight_decay=STRENGTH)
    adamw.exclude_from_weight_decay(var_names=["b"])
    model = FeedForward([5], classes=3)
    agree(ours, trained(model, adamw, start)[0], atol=1e-5)


def test_for_gradient_descent_the_two_are_one_and_for_adam_not():
    one, start = decayed("l2", keras.optimizers.SGD(0.1))
    agree(one, decayed("decoupled", keras.optimizers.SGD(0.1), start)[0])
    one, start = decayed("l2", keras.optimizers.Adam(0.02))
    other, _ = decayed("decoupled", keras.optimizers.Adam(0.02), start)
    assert max(abs(a - b).max() for a, b in zip(one, other, strict=True)) > 1e-2


def test_a_decayed_network_is_saved(tmp_path):
    model = DecayedFeedForward([5], decay="decoupled", strength=0.1, classes=3, activation="tanh")
    model.compile("adam")
    model.fit(X, Y, epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert (loaded.decay, loaded.strength) == ("decoupled", 0.1)
    np.testing.assert_allclose(number(loaded(X)), number(model(X)), atol=1e-6)


def test_bad_decay_is_named():
    with pytest.raises(ValueError, match="decay is"):
        DecayedFeedForward([3], decay="l1")
    with pytest.raises(ValueError, match="strength must be a number ≥ 0"):
        DecayedFeedForward([3], strength=-1)


class Scripted(keras.callbacks.Callback):
    """Replace a logged number by the next one of a list, and write the epoch into the model's weights."""

    def __init__(self, name, values):
        super().__init__()
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]
        self.model.set_weights([np.full_like(w, epoch) for w in self.model.get_weights()])


CURVES = [
    [5, 4, 3, 3.5, 3.4, 3.3, 1, 1, 1],
    [5, 4, 3, 2, 1],
    [1, 2, 3, 4, 5, 6],
    [3, 2.95, 2.9, 2.85, 2.8, 2.75, 2.7],
    [2, 2, 2, 2, 2, 2],
    [4, 3, 3.5, 2, 2.5, 2.6, 2.7, 0, 0],
]


@pytest.mark.parametrize("values", CURVES)
@pytest.mark.parametrize(("patience", "min_delta"), [(1, 0.0), (3, 0.0), (3, 0.08)])
@pytest.mark.parametrize("maximize", [False, True])
def test_it_stops_and_restores_as_keras_does(values, patience, min_delta, maximize):
    name, values = ("val_accuracy", [-v for v in values]) if maximize else ("val_loss", values)
    results = []
    theirs = keras.callbacks.EarlyStopping(
        name,
        patience=patience,
        min_delta=min_delta,
        mode="max" if maximize else "min",
        restore_best_weights=True,
    )
    for callback in (EarlyStopping(name, patience, min_delta, maximize), theirs):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.stop_training = False
        callback.set_model(model)
        scripted = Scripted(name, values)
        scripted.set_model(model)
        callback.on_train_begin()
        ran = 0
        for epoch in range(len(values)):
            logs = {}
            scripted.on_epoch_end(epoch, logs)
            callback.on_epoch_end(epoch, logs)
            ran += 1
            if model.stop_training:
                break
        callback.on_train_end()
        results.append((ran, callback.best_epoch, float(callback.best), float(model.get_weights()[0][0, 0])))
    assert results[0] == results[1]


def test_in_fit_it_ends_training_at_the_best_weights():
    model = FeedForward([5], classes=3)
    model.compile(keras.optimizers.SGD(0.1))
    model(X)
    kept = EarlyStopping("val_loss", patience=2)
    script = Scripted("val_loss", [3, 1, 2, 2, 2, 2])
    history = model.fit(X, Y, epochs=6, verbose=0, validation_data=(X, Y), callbacks=[script, kept])
    assert len(history.epoch) == 4
    assert (kept.best_epoch, kept.stopped_epoch, kept.best) == (1, 3, 1.0)
    assert all((w == 1).all() for w in model.get_weights())


def test_nan_is_never_better_and_a_missing_number_is_named():
    watch = EarlyStopping("loss", patience=2)
    watch.on_train_begin()
    assert not watch.is_better(float("nan"))
    with pytest.raises(ValueError, match="monitors 'loss', but the logs contain accuracy"):
        watch.on_epoch_end(0, {"accuracy": 1.0})
    with pytest.raises(ValueError, match="patience"):
        EarlyStopping(patience=0)
    with pytest.raises(ValueError, match="min_delta"):
        EarlyStopping(min_delta=-1)


@pytest.mark.parametrize(("axis", "shape"), [(0, (5, 7)), (1, (5, 7)), ((0, 1, 2), (3, 3, 2, 4))])
def test_max_norm_is_keras_and_a_projection(axis, shape):
    w = np.random.default_rng(1).normal(size=shape).astype("float32")
    ours, theirs = (
        MaxNorm(1.5, axis),
        keras.constraints.MaxNorm(1.5, list(axis) if axis != 0 and axis != 1 else axis),
    )
    out = number(ours(w))
    np.testing.assert_allclose(out, number(theirs(w)), rtol=1e-5)
    np.testing.assert_allclose(number(ours(out)), out, rtol=1e-6)
    before, after = (np.sqrt((v**2).sum(axis)) for v in (w, out))
    np.testing.assert_allclose(after, np.minimum(before, 1.5), rtol=1e-5)
    assert (before > 1.5).any()


def test_max_norm_leaves_short_vectors_and_zero_alone():
    w = np.array([[0.3, 0.4], [0.0, 0.0], [3.0, 4.0]], "float32")
    np.testing.assert_array_equal(number(MaxNorm(1.0, axis=1)(w))[:2], w[:2])
    again = MaxNorm.from_config(MaxNorm(1.0, axis=(0, 1)).get_config())
    assert (again.max_value, again.axis) == (1.0, (0, 1))
    with pytest.raises(ValueError, match="must be a number > 0"):
        MaxNorm(0.0)


def test_max_norm_holds_in_training():
    model = FeedForward([5], classes=3, constraint=MaxNorm(0.5, axis=1))
    model.compile(keras.optimizers.SGD(1.0))
    model.fit(X, Y, epochs=2, verbose=0)
    for affine in model.affines:
        assert np.sqrt((number(affine.W) ** 2).sum(axis=1)).max() <= 0.5 + 1e-6
