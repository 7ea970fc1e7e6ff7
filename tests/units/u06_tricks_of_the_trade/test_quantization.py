"""Quantization: error bounds, Keras's own, and a dense layer in integers."""

import functools

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, one_program
from units.u06_tricks_of_the_trade.int8_dense import Int8Dense, int8_dense, int8_network
from units.u06_tricks_of_the_trade.quantization import dequantize, quantize, quantize_affine

RNG = np.random.default_rng(0)
W = (RNG.normal(size=(40, 6)) * 10.0 ** RNG.uniform(-2, 0, 6)).astype("float32")
RELU = np.maximum(RNG.normal(0.5, 1, (5, 40)), 0).astype("float32")


def number(tensor):
    return ops.convert_to_numpy(tensor)


@functools.cache
def compiled(axis, bits):
    """Both kinds of quantization and what comes back, in one compiled function."""

    def there_and_back(w):
        q, delta = quantize(w, axis, bits)
        affine = quantize_affine(w, axis, bits)
        return (q, delta, dequantize(q, delta)), (affine[0], affine[1], dequantize(*affine))

    return one_program(there_and_back)


def both(w, axis, bits):
    """Arrays (q, Δ, what comes back) of the symmetric and of the affine quantization."""
    return [[number(v) for v in kind] for kind in compiled(axis, bits)(ops.convert_to_tensor(w))]


@pytest.mark.parametrize(("axis", "bits"), [(None, 8), (0, 8), (-1, 3)])
def test_the_error_is_at_most_half_a_step(axis, bits):
    top = 2 ** (bits - 1) - 1
    for w in (W, np.maximum(W, 0)):
        for lowest, (q, delta, back) in zip((-top, -top - 1), both(w, axis, bits), strict=True):
            assert q.dtype == "int8"
            assert delta.shape == {None: (1, 1), 0: (1, 6), -1: (40, 1)}[axis]
            assert lowest <= q.min()
            assert np.abs(q.astype("int32")).max() in (top, -lowest)
            assert np.all(np.abs(back - w) <= delta * (0.5 + 1e-4))
            assert np.all(back[w == 0] == 0)


def test_what_each_kind_is_good_for():
    """Per channel, units with small weights have small errors. Affine, values ≥ 0 have half the step."""
    (_, _, whole), _ = both(W, None, 8)
    (_, _, by_unit), _ = both(W, 0, 8)
    smallest = np.abs(W).max(0).argmin()
    assert np.abs(by_unit - W)[:, smallest].max() < 0.2 * np.abs(whole - W)[:, smallest].max()
    (_, delta, _), (_, affine_delta, _) = both(np.maximum(W, 0), 0, 8)
    assert_close(affine_delta * 255, delta * 127, rtol=1e-5)


def test_zeros_and_bits():
    for q, delta, back in both(np.zeros_like(W), 0, 8):
        assert np.all(delta == 1)
        assert len(np.unique(q)) == 1
        assert not np.any(back)
    for bits in (1, 9, 2.5):
        with pytest.raises(ValueError, match="bits must be"):
            quantize(W, bits=bits)


@pytest.mark.parametrize("axis", [0, (0, 1)])
def test_equals_keras(axis):
    (q, delta, _), _ = both(W, None if axis else 0, 8)
    theirs, scale = keras.quantizers.abs_max_quantize(W, axis, to_numpy=True)
    np.testing.assert_array_equal(q, number(theirs))
    # Keras divides by (max |w| + 1e-7)
    assert_close(delta, 1 / number(scale), rtol=1e-4)


def test_products_are_added_up_exactly():
    """The largest product, as often as there are inputs: in int8 or int16 this would overflow, in float16 be inf."""
    layer = keras.layers.Dense(3, kernel_initializer="ones", bias_initializer="ones")
    layer.build((None, 3000))
    x, stored = ops.full((2, 3000), 2.0), Int8Dense.of(layer)
    for z in one_program(lambda x: (int8_dense(x, stored), int8_dense(x, stored, affine=True)))(x):
        assert_close(z, np.full((2, 3), 6001.0), rtol=1e-5)


def dequantized(kernel, delta):
    return number(delta).astype("float64") * number(kernel)


def test_a_network_in_integers_equals_keras():
    network = keras.Sequential([keras.Input((40,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(6)])
    rng = np.random.default_rng(1)
    network.set_weights([rng.normal(0, 0.3, w.shape) for w in network.get_weights()])

    def all_of_them(x):
        ours, stored = int8_network(network)
        by_affine, _ = int8_network(network, affine=True)
        coarse, _ = int8_network(network, per_channel=False, bits=4)
        calls = (network, ours, by_affine, coarse, lambda x: int8_dense(x, stored[0], affine=True))
        return [call(x) for call in calls], [layer[:2] for layer in stored]

    results, stored = one_program(all_of_them)(ops.convert_to_tensor(RELU))
    exact, got, affine, rough, hidden = (number(result) for result in results)
    # the first layer by hand: its inputs are not negative, so that they get 255 steps
    low, high = RELU.min(1, keepdims=True), RELU.max(1, keepdims=True).astype("float64")
    assert not low.any()
    levels = np.round(RELU / (high / 255)) * (high / 255)
    assert_close(
        hidden,
        np.maximum(levels @ dequantized(*stored[0]) + network.get_weights()[1], 0),
        rtol=1e-3,
        atol=1e-4,
    )
    size = np.abs(exact).max()
    assert 0 < np.abs(got - exact).max() < 0.02 * size
    assert 0 < np.abs(affine - exact).max() < 0.02 * size
    assert np.abs(rough - exact).max() > 0.02 * size
    network.quantize("int8", filters=lambda layer: isinstance(layer, keras.layers.Dense))
    for (kernel, _), theirs in zip(stored, network.layers, strict=True):
        np.testing.assert_array_equal(number(kernel), number(theirs._kernel))
    # where Keras's rounding of the hidden layer falls on the other side, one of its numbers is one step away
    gap = np.abs(got - number(one_program(lambda x: network(x))(RELU)))
    assert np.median(gap) < 1e-5 * size
    assert gap.max() < 0.01 * size
    with pytest.raises(ValueError, match="class Dense"):
        int8_network(keras.Sequential([keras.Input((4,)), keras.layers.Flatten()]))
    with pytest.raises(ValueError, match="has none"):
        int8_network(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, use_bias=False)]))


def test_wrong_sizes_are_named_and_an_empty_batch_stays_empty():
    layer = keras.layers.Dense(6)
    layer.build((None, 40))
    stored = Int8Dense.of(layer)
    for x, shape in ((RELU[:, :-1], "5, 39"), (RELU[0], "40,")):
        with pytest.raises(ValueError, match=rf"x must have shape \(batch, 40\), and has \({shape}\)"):
            int8_dense(x, stored)
    assert tuple(int8_dense(RELU[:0], stored).shape) == (0, 6)
    with pytest.raises(ValueError, match="no weights yet: begin the network with keras"):
        int8_network(keras.Sequential([keras.layers.Dense(2)]))
