"""Batch, layer and RMS normalization against Keras's layers, and their gradients by hand against the backend's."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import check_layer
from units.u02_logistic_softmax import numerical_gradient
from units.u04_feedforward import (
    BatchNormalization,
    FeedForward,
    LayerNormalization,
    RMSNormalization,
    batch_norm_backward,
    layer_norm_backward,
    normalize,
    normalize_backward,
)

RNG = np.random.default_rng(0)
Z = (3 + 2 * RNG.normal(size=(6, 5, 4))).astype("float32")


def number(tensor):
    return ops.convert_to_numpy(tensor)


def alike(ours, theirs, shape):
    """Build both and give them the same weights, none of them trivial."""
    ours.build(shape)
    theirs.build(shape)
    rng = np.random.default_rng(1)
    for v, w in zip(ours.weights, theirs.weights, strict=True):
        value = 0.5 + rng.uniform(size=w.shape)
        v.assign(value)
        w.assign(value)
    return ours, theirs


def test_batch_normalization_keeps_its_promises():
    check_layer(BatchNormalization, (4, 5, 3), supports_mask="propagates")


@pytest.mark.parametrize("axis", [-1, 1])
def test_batch_normalization_is_keras_in_both_phases_and_after_k_steps(axis):
    options = {"axis": axis, "momentum": 0.8, "epsilon": 1e-2}
    ours, theirs = alike(BatchNormalization(**options), keras.layers.BatchNormalization(**options), Z.shape)
    for step in range(5):
        z = Z * (1 + step)
        np.testing.assert_allclose(
            number(ours(z, training=True)), number(theirs(z, training=True)), atol=1e-5
        )
    for v, w in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(number(v), number(w), rtol=1e-5, err_msg=v.name)
    np.testing.assert_allclose(number(ours(Z)), number(theirs(Z)), atol=1e-5)
    np.testing.assert_allclose(number(ours(Z[:1])), number(ours(Z))[:1], atol=1e-6)


def test_masked_positions_stay_out_of_the_statistics():
    mask = np.arange(5) < np.array([5, 4, 3, 2, 1, 1])[:, None]
    ours, theirs = alike(
        BatchNormalization(momentum=0.5), keras.layers.BatchNormalization(momentum=0.5), Z.shape
    )
    got = number(ours(Z, training=True, mask=mask))
    np.testing.assert_allclose(got, number(theirs(Z, training=True, mask=mask)), atol=1e-5)
    np.testing.assert_allclose(number(ours.moving_mean), number(theirs.moving_mean), rtol=1e-5)
    np.testing.assert_allclose(number(ours.moving_variance), number(theirs.moving_variance), rtol=1e-5)
    mean, variance = ours.moments(ops.convert_to_tensor(Z), mask)
    np.testing.assert_allclose(number(mean), Z[mask].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(number(variance), Z[mask].var(axis=0), rtol=1e-5)
    assert np.isfinite(number(ours(Z, training=True, mask=np.zeros_like(mask)))).all()
    with pytest.raises(ValueError, match="one axis less"):
        ours(Z, training=True, mask=mask[:, 0])


def test_training_gives_mean_beta_and_deviation_gamma():
    layer = BatchNormalization(epsilon=1e-6)
    layer.build(Z.shape)
    layer.gamma.assign(np.full(4, 3.0))
    layer.beta.assign(np.full(4, -1.0))
    out = number(layer(Z, training=True))
    np.testing.assert_allclose(out.mean(axis=(0, 1)), -1, atol=1e-5)
    np.testing.assert_allclose(out.std(axis=(0, 1)), 3, rtol=1e-4)


@pytest.mark.parametrize("axis", [-1, (1, 2)])
def test_layer_normalization_is_keras(axis):
    ours, theirs = alike(LayerNormalization(axis), keras.layers.LayerNormalization(axis), Z.shape)
    np.testing.assert_allclose(number(ours(Z)), number(theirs(Z)), atol=1e-5)
    ours, theirs = alike(
        RMSNormalization(axis, epsilon=1e-6), keras.layers.RMSNormalization(axis, epsilon=1e-6), Z.shape
    )
    np.testing.assert_allclose(number(ours(Z)), number(theirs(Z)), rtol=1e-5)


def test_an_axis_in_the_middle():
    layer = LayerNormalization(1, epsilon=1e-2)
    layer.build(Z.shape)
    layer.gamma.assign(np.arange(1.0, 6))
    expected = (Z - Z.mean(1, keepdims=True)) / np.sqrt(Z.var(1, keepdims=True) + 1e-2)
    np.testing.assert_allclose(number(layer(Z)), np.arange(1, 6)[:, None] * expected, atol=1e-5)


@pytest.mark.parametrize("make", [LayerNormalization, RMSNormalization])
def test_layer_normalization_keeps_its_promises(make):
    check_layer(make, (4, 5, 3), supports_mask="propagates")


@pytest.mark.parametrize(
    ("backward", "axis", "layer"),
    [(batch_norm_backward, 0, BatchNormalization), (layer_norm_backward, -1, LayerNormalization)],
)
def test_the_gradient_by_hand_is_the_backends_and_the_differences(backward, axis, layer):
    rng = np.random.default_rng(2)
    z, slope = (rng.normal(size=(6, 4)).astype("float32") for _ in range(2))
    layer = layer(epsilon=1e-2)
    layer.build(z.shape)
    gamma, beta = rng.normal(size=(2, 4)).astype("float32")
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    options = {"training": True} if axis == 0 else {}
    by_hand = [number(g) for g in backward(slope, z, gamma, 1e-2)]

    def cost(z):
        return ops.sum(ops.multiply(layer(z, **options), slope))

    np.testing.assert_allclose(by_hand[0], number(course.grad(cost)(z)), atol=1e-5)
    _, gradients = course.value_and_grad(lambda: cost(z), [layer.gamma, layer.beta])
    np.testing.assert_allclose(by_hand[1], number(gradients[0]), atol=1e-4)
    np.testing.assert_allclose(by_hand[2], number(gradients[1]), atol=1e-5)

    def in_numpy(z):
        mean, variance = z.mean(axis=axis, keepdims=True), z.var(axis=axis, keepdims=True)
        return np.sum(slope * (gamma * (z - mean) / np.sqrt(variance + 1e-2) + beta))

    np.testing.assert_allclose(by_hand[0], numerical_gradient(in_numpy, z.astype("float64")), atol=1e-5)


def test_the_jacobian_is_the_projection_of_the_docstring():
    z = np.random.default_rng(3).normal(size=(7, 1)).astype("float32")
    z_hat, _, s = normalize(z, 0, 1e-2)
    rows = [number(normalize_backward(e[:, None], z_hat, s, 0))[:, 0] for e in np.eye(7, dtype="float32")]
    h, scale = number(z_hat)[:, 0], number(s).item()
    expected = (np.eye(7) - np.ones((7, 7)) / 7 - np.outer(h, h) / 7) / scale
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    np.testing.assert_allclose(expected @ np.ones(7), 0, atol=1e-6)


def test_they_are_patterns_for_the_network():
    model = FeedForward([6, 5], classes=3, normalization=BatchNormalization(momentum=0.9))
    x = np.random.default_rng(5).normal(size=(12, 3)).astype("float32")
    model.compile("sgd")
    model.fit(x, np.arange(12) % 3, batch_size=4, epochs=2, verbose=0)
    for one in model.normalizations:
        assert type(one) is BatchNormalization
        assert one.momentum == 0.9
        assert abs(number(one.moving_mean)).max() > 0
    assert type(FeedForward([6], normalization=LayerNormalization()).normalizations[0]) is LayerNormalization


def test_bad_input_is_named():
    for make in (BatchNormalization, LayerNormalization, RMSNormalization):
        with pytest.raises(ValueError, match="epsilon must be a number > 0"):
            make(epsilon=0)
        with pytest.raises(ValueError, match="known length"):
            make(axis=1)(keras.KerasTensor((2, None, 3)))
    with pytest.raises(ValueError, match="momentum"):
        BatchNormalization(momentum=1.0)
    for axis in (0, (1, 1), (1, -2)):
        with pytest.raises(ValueError, match="each axis once"):
            LayerNormalization(axis).build((2, 3, 4))
