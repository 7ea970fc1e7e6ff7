"""A training recipe: accumulated gradients, soft labels, mixed images, averaged weights, mixed precision."""

import contextlib
from typing import NamedTuple

import keras
import numpy as np
import pytest
from keras import layers, ops
from scipy import stats

from course.testing import one_program
from units import u06_tricks_of_the_trade as u06
from units.u02_logistic_softmax import cross_entropy

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(24, 4, 4, 1)).astype("float32")
Y = RNG.integers(3, size=24).astype("int32")
WEIGHTS = RNG.uniform(0, 2, size=24).astype("float32")


def network(dtype=None):
    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Flatten(dtype=dtype),
            layers.Dense(6, activation="tanh", kernel_regularizer="l2", dtype=dtype),
            layers.Dense(3, dtype=dtype),
        ]
    )


def trained(optimizer=None, dtype=None, **recipe):
    """A model after six steps with 8 weighted samples each."""
    keras.utils.set_random_seed(1)
    model = u06.RecipeClassifier(network(dtype), classes=3, dtype=dtype, **recipe)
    model.compile(optimizer or keras.optimizers.SGD(0.3, momentum=0.9))
    for _ in range(2):
        for rows in (slice(0, 8), slice(8, 16), slice(16, 24)):
            model.train_on_batch(X[rows], Y[rows], sample_weight=WEIGHTS[rows])
    return model


def weights(model):
    return np.concatenate([ops.convert_to_numpy(v.value).ravel() for v in model.trainable_variables])


@pytest.fixture(scope="module")
def large_batch():
    """The weights after training with whole batches, from another class than that of the other models."""
    keras.utils.set_random_seed(1)
    model = network()
    model.compile(
        keras.optimizers.SGD(0.3, momentum=0.9),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    )
    one_hot = np.eye(3, dtype="float32")[Y]
    model.fit(X, one_hot, batch_size=8, epochs=2, shuffle=False, sample_weight=WEIGHTS, verbose=0)
    return weights(model)


def test_accumulated_gradients_equal_the_large_batch(large_batch):
    """Parts of 2, 3 and 3 samples, with weights and a penalty: Keras's training with whole batches."""
    accumulated = weights(trained(parts=3, smoothing=0.1))
    np.testing.assert_allclose(accumulated, large_batch, atol=1e-5)


def test_keras_accumulates_equal_parts_likewise(large_batch):
    keras.utils.set_random_seed(1)
    model = network()
    model.compile(
        keras.optimizers.SGD(0.3, momentum=0.9, gradient_accumulation_steps=2),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    )
    one_hot = np.eye(3, dtype="float32")[Y]
    model.fit(X, one_hot, batch_size=4, epochs=2, shuffle=False, sample_weight=WEIGHTS, verbose=0)
    np.testing.assert_allclose(weights(model), large_batch, atol=1e-5)


def test_parts_that_cannot_be_made_are_refused():
    data = (ops.convert_to_tensor(X[:2]),)
    for parts in (0, 1.5, True):
        with pytest.raises(ValueError, match="parts must be a whole number ≥ 1"):
            u06.accumulated_gradients(None, [], data, parts)
    with pytest.raises(ValueError, match="A batch of 2 samples cannot be divided into 3 parts"):
        u06.accumulated_gradients(None, [], data, 3)


@pytest.mark.backend_independent
def test_soft_labels():
    z = RNG.normal(size=(6, 3)).astype("float32")
    one_hot = np.eye(3, dtype="float32")[Y[:6]]
    hard = ops.convert_to_numpy(u06.cross_entropy_of_shares(one_hot, z))
    np.testing.assert_allclose(hard, ops.convert_to_numpy(cross_entropy(Y[:6], z)), rtol=1e-5)
    shares = ops.convert_to_numpy(u06.smooth_labels(one_hot, 0.3))
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(sorted(set(shares.ravel().round(5))), [0.1, 0.8])
    # The best logits are those whose softmax is the smoothed label
    best = np.log(shares)
    assert np.isclose(u06.logit_gap(Y[:6], best), u06.best_logit_gap(0.3, 3))
    p_hat = ops.convert_to_numpy(ops.softmax(best))
    np.testing.assert_allclose(p_hat, shares, rtol=1e-5)
    assert u06.best_logit_gap(0.0, 3) == np.inf
    with pytest.raises(ValueError, match=r"epsilon must be a number in \[0, 1\)"):
        u06.smooth_labels(one_hot, 1.0)
    with pytest.raises(ValueError, match=r"y must have shape \(batch, classes\)"):
        u06.smooth_labels(Y, 0.1)
    with pytest.raises(ValueError, match="y has the shape"):
        u06.cross_entropy_of_shares(one_hot[:5], z)
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        u06.cross_entropy_of_shares(one_hot * 2, z)


@pytest.mark.backend_independent
def test_calibration_error():
    """Confidence 0.9 and always right, confidence 0.6 and right in one of two cases."""
    p_hat = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.6, 0.4]])
    error, table = u06.calibration_error([0, 1, 0, 1], p_hat)
    assert np.isclose(error, 0.5 * 0.1 + 0.5 * 0.1)
    np.testing.assert_allclose(table, [[2, 0.6, 0.5], [2, 0.9, 1.0]])
    with pytest.raises(ValueError, match="of logits take softmax"):
        u06.calibration_error([0, 1, 0, 1], 4 * p_hat - 2)


@pytest.mark.backend_independent
@pytest.mark.parametrize("kind", ["mix_up", "cut_mix"])
def test_mixed_batches(kind):
    """Images with the value of their class, so that the mean of an image says what its shares are."""
    y = np.arange(10) % 3
    x = np.broadcast_to(y.astype("float32")[:, None, None, None], (10, 6, 6, 1))
    batches = u06.MixedBatches(x, y, classes=3, kind=kind, spread=1.0, batch_size=4, seed=1)
    assert len(batches) == 2
    for epoch in range(2):
        orders = batches.order.copy()
        for images, shares in (batches[0], batches[1]):
            assert images.dtype == shares.dtype == "float32"
            np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
            np.testing.assert_allclose(images.mean(axis=(1, 2, 3)), shares @ np.arange(3), atol=1e-5)
        np.testing.assert_array_equal(batches[1][0], batches[1][0])  # whichever worker makes it
        batches.on_epoch_end()
        assert not np.array_equal(batches.order, orders), epoch
    np.testing.assert_array_equal(x[:, 0, 0, 0], y)  # the images themselves are not changed
    with pytest.raises(ValueError, match="kind must be"):
        u06.MixedBatches(x, y, kind="cut_out")
    with pytest.raises(ValueError, match="10 images do not fill one batch of 11"):
        u06.MixedBatches(x, y, classes=3, batch_size=11)


@pytest.mark.backend_independent
def test_bytes_are_those_of_the_first_number_of_a_dtype():
    class Variable(NamedTuple):
        dtype: str
        shape: tuple = (2, 3)

    sizes = {"float8_e4m3fn": 1, "bool": 1, "bfloat16": 2, "float32": 4, "int64": 8}
    for dtype, size in sizes.items():
        assert u06.bytes_of([Variable(dtype)]) == 6 * size


@pytest.mark.backend_independent
@pytest.mark.parametrize("spread", [0.3, 1.0, 2.5])
def test_symmetric_beta(spread):
    u, v = np.random.default_rng(1).uniform(size=(2, 20_000)).astype("float32")
    draws = ops.convert_to_numpy(u06.symmetric_beta(u, v, spread))
    assert draws.min() >= 0
    assert draws.max() <= 1
    assert (
        stats.kstest(draws, stats.beta(spread, spread).cdf).statistic < 0.012
    )  # 0.0115 has a probability of 1%


@pytest.mark.parametrize("kind", ["mix_up", "cut_mix"])
def test_random_mix(kind):
    """Images with one value each: of the mean and the labels of a mixed image each says what its shares are."""
    n = 5
    values = np.arange(n, dtype="float32")
    x = np.broadcast_to(values[:, None, None, None], (n, 8, 8, 1))
    mix = one_program(u06.RandomMix(kind, spread=1.0, seed=3))
    mixed, shares = mix(x, np.eye(n, dtype="float32"))
    mixed, shares = ops.convert_to_numpy(mixed), ops.convert_to_numpy(shares)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(mixed.mean(axis=(1, 2, 3)), shares @ values, atol=1e-5)
    # The partner of image i is image i + s, with one s for all
    partners = {
        int((np.flatnonzero(row * (np.arange(n) != i))[0] - i) % n)
        for i, row in enumerate(shares)
        if row[i] < 1
    }
    assert len(partners) == 1
    if kind == "cut_mix":
        assert set(np.unique(mixed)) <= set(values)


def test_random_mix_is_refused():
    with pytest.raises(ValueError, match='kind must be "mix_up" or "cut_mix"'):
        u06.RandomMix("cut_out")


def test_averaged_weights_in_a_recipe_equal_keras_moving_averages():
    """Before the end of ``fit``, where Keras puts its averages in the place of the weights."""
    optimizer = keras.optimizers.SGD(0.3, use_ema=True, ema_momentum=0.8)
    average = u06.WeightAverage(0.8, corrected=False)
    model = trained(optimizer, mix=u06.RandomMix("mix_up", seed=1), average=average)
    for ours, theirs in zip(average.averages, optimizer._model_variables_moving_average, strict=True):
        np.testing.assert_allclose(
            ops.convert_to_numpy(ours.value), ops.convert_to_numpy(theirs.value), atol=1e-6
        )
    latest = weights(model)
    with contextlib.suppress(KeyError), average.swapped(model.trainable_variables):
        averaged = weights(model)
        assert np.abs(averaged - latest).max() > 1e-3
        raise KeyError  # the weights come back after an exception too
    np.testing.assert_array_equal(weights(model), latest)


def test_the_average_without_bias():
    v, average = keras.Variable(np.zeros(2, "float32")), u06.WeightAverage(0.75)
    with pytest.raises(ValueError, match="There is no average yet"), average.swapped([v]):
        pass
    values = RNG.normal(size=(4, 2)).astype("float32")
    for t, value in enumerate(values, start=1):
        v.assign(value)
        average.update([v])
        shares = 0.75 ** np.arange(t)[::-1]
        expected = shares @ values[:t] / shares.sum()
        np.testing.assert_allclose(ops.convert_to_numpy(average.averages[0].value), expected, rtol=1e-5)


def test_the_loss_is_scaled_in_mixed_precision(large_batch):
    """The optimizer divides the gradients by the scale: without a scaled loss there would be nearly no step."""
    model = trained(dtype="mixed_float16", smoothing=0.1)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    np.testing.assert_allclose(weights(model), large_batch, atol=5e-3)
    assert u06.bytes_of(model.trainable_variables) == 4 * model.count_params()
    assert 2 * u06.activation_bytes(model.network, 8) == u06.activation_bytes(network("float32"), 8)
    start = weights_at_the_start()
    assert np.abs(large_batch - start).max() > 0.1


def weights_at_the_start():
    keras.utils.set_random_seed(1)
    return weights(network())


@pytest.mark.backend_independent
def test_what_float16_holds():
    g = [np.array([1e-8, -2e-8, 4e-8, 1e-3, 0.0]), np.array([[2.0]])]
    assert u06.underflow_share(g) == 2 / 5  # halves of the smallest number round to 0; 4e-8 rounds up to it
    assert u06.underflow_share(g, scale=2.0**10) == 0
    assert u06.largest_scale(g) == 2.0**14
    assert np.isfinite(np.float16(2.0 * 2.0**14))
    assert np.float32(2.0 * 2.0**15) > 65504
    with pytest.raises(ValueError, match="All gradients are 0"):
        u06.largest_scale([np.zeros(3)])
    with pytest.raises(ValueError, match="NaN or infinite"):
        u06.largest_scale([np.array([1.0, np.nan])])


@pytest.mark.needs_backend(
    "torch"
)  # many small operations; the step of `augmentation_cost` runs on every backend
def test_rand_augment():
    x = RNG.uniform(0.1, 0.9, size=(6, 5, 5, 1)).astype("float32")
    layer = u06.RandAugment(1, 0.5, ["brightness"], seed=1)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(x)), x)
    changed = ops.convert_to_numpy(layer(x, training=True))
    up, down = np.clip(x + 0.45, 0, 1), np.clip(x - 0.45, 0, 1)
    signs = [1 if np.allclose(c, u, atol=1e-5) else -1 for c, u in zip(changed, up, strict=True)]
    assert set(signs) == {1, -1}
    for c, sign, u, d in zip(changed, signs, up, down, strict=True):
        np.testing.assert_allclose(c, u if sign == 1 else d, atol=1e-5)


@pytest.mark.needs_backend("torch")
def test_rand_augment_moves_images_once():
    """Two operations on the rows, each by 0.3 · 0.5 of 20 pixels: together 6 pixels up or down, or nothing."""
    x = np.zeros((8, 20, 4, 1), "float32")
    x[:, 10] = 1
    moved = ops.convert_to_numpy(u06.RandAugment(2, 0.5, ["shift_rows"], seed=2)(x, training=True))
    rows = moved[..., 0].argmax(axis=1)
    assert {10} < set(rows.ravel()) <= {4, 10, 16}
    half = u06.RandAugment(2, 0.5, seed=2, dtype="bfloat16")(x, training=True)
    assert keras.backend.standardize_dtype(half.dtype) == "bfloat16"
    for wrong in ({"number": 0}, {"operations": ["shear"]}, {"magnitude": 1.0}):
        with pytest.raises(ValueError, match="must be"):
            u06.RandAugment(**wrong)


def test_a_recipe_is_saved(tmp_path):
    recipe = {
        "smoothing": 0.1,
        "mix": u06.RandomMix("cut_mix", 1.0, seed=2),
        "average": u06.WeightAverage(0.9),
    }
    model = u06.RecipeClassifier(network(), classes=3, parts=2, **recipe)
    again = u06.RecipeClassifier.from_config(model.get_config())
    assert (again.smoothing, again.parts, again.mix.kind, again.mix.spread, again.average.gamma) == (
        0.1,
        2,
        "cut_mix",
        1.0,
        0.9,
    )
