"""Convolution three ways, values and gradients, against each other, SciPy and Keras's layers."""

from itertools import product

import keras
import numpy as np
import pytest
from keras import ops
from scipy import signal

import course
from course.testing import assert_close, one_program
from units.u05_convolution import (
    col2im,
    conv,
    conv_backward,
    conv_backward_by_loops,
    conv_backward_by_matrix,
    conv_by_loops,
    conv_by_matrix,
    convolution_matrix,
    convolve,
    convolve_2d,
    cross_correlate,
    doubly_block_toeplitz,
    gap_to_linearity,
    gap_to_time_invariance,
    im2col,
    impulse_response,
    superposition,
    toeplitz_matrix,
)

# spatial sizes, kernel, stride, padding, dilation, groups, channels, filters
CASES = [
    ((9,), 3, 2, "causal", 1, 1, 1, 2),
    ((9,), 2, 1, "causal", 3, 2, 2, 2),
    ((8,), 4, 3, "same", 1, 1, 2, 1),
    ((6, 7), (3, 2), 1, "same", 1, 1, 3, 2),
    ((6, 7), 3, 2, "same", 1, 1, 2, 2),
    ((7, 8), 3, (2, 3), "valid", 1, 2, 4, 2),
    ((6, 6), (2, 3), 1, "same", (2, 1), 2, 2, 4),
    ((4, 5), 1, 1, "valid", 1, 1, 3, 4),
    ((5, 5), 2, 3, "same", 1, 1, 1, 1),
]


def case(spatial, kernel, groups, channels, filters, seed=0):
    rng = np.random.default_rng(seed)
    kernel = (kernel,) * len(spatial) if isinstance(kernel, int) else kernel
    return (
        rng.normal(size=(2, *spatial, channels)).astype("float32"),
        rng.normal(size=(*kernel, channels // groups, filters)).astype("float32"),
        rng.normal(size=filters).astype("float32"),
    )


def test_three_ways_are_kerass_layer_forwards_and_backwards():
    """All cases are one compiled function: on JAX every operation of every shape would be compiled by itself."""
    layers, arrays = [], []
    for spatial, k, s, p, d, g, channels, filters in CASES:
        x, W, b = case(spatial, k, g, channels, filters)
        kind = keras.layers.Conv1D if len(spatial) == 1 else keras.layers.Conv2D
        layer = kind(filters, k, strides=s, padding=p, dilation_rate=d, groups=g)
        layer.build(x.shape)
        layer.set_weights([W, b])
        D = np.random.default_rng(1).normal(size=layer.compute_output_shape(x.shape)).astype("float32")
        layers.append(layer)
        arrays.append((x, W, b, D))

    def everything():
        found = []
        for layer, (x, W, b, D), (_, _, s, p, d, *_) in zip(layers, arrays, CASES, strict=True):

            def cost(x, layer=layer, D=D):
                z = layer(x)
                return ops.sum(ops.multiply(z, D)), z

            at = [ops.convert_to_tensor(x), *layer.trainable_variables]
            (_, z), gradients = course.value_and_grad(cost, at, has_aux=True)
            found.append(((z, *gradients), (conv(x, W, b, s, p, d), *conv_backward(D, x, W, s, p, d))))
        return found

    for setting, (x, W, b, D), (keras_layer, by_columns) in zip(
        CASES, arrays, one_program(everything)(), strict=True
    ):
        _, _, s, p, d, *_ = setting
        ways = {
            "im2col": by_columns,
            "loops": (conv_by_loops(x, W, b, s, p, d), *conv_backward_by_loops(D, x, W, s, p, d)),
            "matrix": (conv_by_matrix(x, W, b, s, p, d), *conv_backward_by_matrix(D, x, W, s, p, d)),
        }
        for way, found in ways.items():
            for got, wanted, what in zip(found, keras_layer, ("z", "∂/∂x", "∂/∂W", "∂/∂b"), strict=True):
                assert_close(got, wanted, rtol=1e-4, atol=1e-4, name=f"{way}, {setting}: {what}")


@pytest.mark.backend_independent
@pytest.mark.parametrize("spatial", [(7,), (5, 6)])
def test_loops_and_matrices_agree_for_every_setting(spatial):
    """Also with a stride and a dilation above 1, and with zeros of any number on each side."""
    tried = 0
    paddings = ["valid", "same", "causal", 1, (2, 0)]
    for k, s, p, d, g in product((1, 2, 3), (1, 2), paddings, (1, 2), (1, 2)):
        x, W, b = case(spatial, k, g, 2, 2, seed=tried)
        try:
            z = conv_by_loops(x, W, b, s, p, d)
        except ValueError as error:
            assert "does not fit" in str(error)  # noqa: PT017
            continue
        tried += 1
        D = np.random.default_rng(tried).normal(size=z.shape)
        assert_close(conv_by_matrix(x, W, b, s, p, d), z, rtol=0, atol=1e-12)
        pairs = zip(
            conv_backward_by_loops(D, x, W, s, p, d), conv_backward_by_matrix(D, x, W, s, p, d), strict=True
        )
        for one, other in pairs:
            assert_close(one, other, rtol=0, atol=1e-11)
    assert tried > 100


@pytest.mark.slow
@pytest.mark.parametrize("rank", [1, 2])
def test_im2col_is_kerass_layer_for_every_setting(rank):
    """Every padding, stride, dilation, groups and channels that Keras's layer takes; minutes on JAX."""
    paddings = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    sizes = (8,) if rank == 1 else (7, 8)
    tried = 0
    for k, s, p, d, g, (channels, filters) in product(
        (1, 2, 3, 4), (1, 2, 3), paddings, (1, 2, 3), (1, 2), ((2, 4), (4, 2))
    ):
        kind = keras.layers.Conv1D if rank == 1 else keras.layers.Conv2D
        x, W, b = case(sizes, k, g, channels, filters, seed=tried)
        try:
            layer = kind(filters, k, strides=s, padding=p, dilation_rate=d, groups=g)
            layer.build(x.shape)
        except ValueError:
            continue  # a stride and a dilation above 1, or a kernel larger than the input
        layer.set_weights([W, b])
        D = np.random.default_rng(tried).normal(size=layer.compute_output_shape(x.shape)).astype("float32")
        at = [ops.convert_to_tensor(x), *layer.trainable_variables]

        def both(layer=layer, x=x, W=W, b=b, D=D, at=at, o=(s, p, d)):
            def cost(x):
                z = layer(x)
                return ops.sum(ops.multiply(z, D)), z

            (_, z), gradients = course.value_and_grad(cost, at, has_aux=True)
            return (z, *gradients), (conv(x, W, b, *o), *conv_backward(D, x, W, *o))

        for wanted, got in zip(*one_program(both)(), strict=True):
            assert_close(got, wanted, rtol=1e-4, atol=2e-4, name=str((k, s, p, d, g)))
        tried += 1
    assert tried > 100


def test_im2col_with_a_stride_and_a_dilation_above_1():
    x, W, b = case((9, 11), (3, 2), 1, 2, 3)
    D = np.random.default_rng(1).normal(size=(2, 3, 6, 3)).astype("float32")
    options = {"strides": (3, 2), "padding": ["same", (1, 2)], "dilation_rate": (2, 3)}
    found = one_program(lambda: (conv(x, W, b, **options), *conv_backward(D, x, W, **options)))()
    expected = conv_by_loops(x, W, b, **options), *conv_backward_by_loops(D, x, W, **options)
    for got, wanted in zip(found, expected, strict=True):
        assert_close(got, wanted, rtol=1e-4, atol=1e-4)


def test_col2im_is_the_transpose_of_im2col():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 6, 7, 2)).astype("float32")
    D = rng.normal(size=(2, 3, 4, 6, 2)).astype("float32")
    D_tensor = ops.convert_to_tensor(D)
    both = one_program(lambda: (im2col(x, (3, 2), 2, "same"), col2im(D_tensor, (6, 7), (3, 2), 2, "same")))
    windows, back = both()
    one, other = (float(ops.sum(ops.multiply(u, v))) for u, v in ((windows, D), (x, back)))
    assert one == pytest.approx(other, rel=1e-4)


@pytest.mark.backend_independent
def test_convolution_and_correlation_are_numpys_and_scipys():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=8), rng.normal(size=3)
    np.testing.assert_allclose(convolve(x, w), np.convolve(x, w), atol=1e-12)
    np.testing.assert_allclose(cross_correlate(x, w), np.correlate(x, w, "valid"), atol=1e-12)
    np.testing.assert_allclose(cross_correlate(x, w), convolve(x, w[::-1])[2:-2], atol=1e-12)
    image, kernel = rng.normal(size=(5, 6)), rng.normal(size=(3, 2))
    np.testing.assert_allclose(convolve_2d(image, kernel), signal.convolve2d(image, kernel), atol=1e-12)


@pytest.mark.backend_independent
def test_a_linear_time_invariant_system_is_its_impulse_response():
    def echo(x):
        return x + 0.5 * np.concatenate([np.zeros(3), x[:-3]])

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 12))
    x[-4:] = 0
    assert gap_to_linearity(echo, x, y) < 1e-12
    assert gap_to_time_invariance(echo, x, 4) < 1e-12
    w = impulse_response(echo, 12)
    z, copies = superposition(x, w)
    np.testing.assert_allclose(z, np.convolve(x, w), atol=1e-12)
    np.testing.assert_allclose(z[:12], echo(x), atol=1e-12)
    assert copies.shape == (12, 23)
    # one is not linear, the other not time invariant
    assert gap_to_linearity(np.square, x, y) > 1
    assert gap_to_time_invariance(lambda x: x * np.arange(12), x, 4) > 1


@pytest.mark.backend_independent
def test_matrices_have_constant_diagonals():
    w = np.array([1.0, 2.0, 3.0])
    T = toeplitz_matrix(w, 6, padding="same")
    for offset in range(-5, 6):
        assert np.ptp(np.diagonal(T, offset)) == 0
    np.testing.assert_array_equal(toeplitz_matrix(w, 5), [[1, 2, 3, 0, 0], [0, 1, 2, 3, 0], [0, 0, 1, 2, 3]])
    np.testing.assert_array_equal(toeplitz_matrix(w, 5, stride=2), [[1, 2, 3, 0, 0], [0, 0, 1, 2, 3]])
    kernel = np.arange(1.0, 7).reshape(2, 3)
    blocks = doubly_block_toeplitz(kernel, 4, 5).reshape(3, 3, 4, 5)
    for i in range(3):
        for j in range(4):
            inside = 0 <= j - i < 2
            expected = toeplitz_matrix(kernel[j - i], 5) if inside else np.zeros((3, 5))
            np.testing.assert_array_equal(blocks[i, :, j], expected)
    # as many numbers as the kernel has, however large the matrix is
    assert len(np.unique(convolution_matrix(kernel[:, :, None, None], (4, 5), 1))) == 7


@pytest.mark.backend_independent
def test_what_does_not_fit_is_named():
    x, W, _ = case((5, 5), 3, 1, 2, 2)
    for way in (conv_by_loops, conv_by_matrix, conv):
        with pytest.raises(ValueError, match="does not fit"):
            way(x[:, :2], W)
        with pytest.raises(ValueError, match="divisible by the number of groups"):
            way(x[..., :1], W)
        with pytest.raises(ValueError, match="strides must be a positive integer"):
            way(x, W, strides=0)
    with pytest.raises(ValueError, match="shape of the output"):
        conv_backward(np.zeros((2, 3, 3, 1)), x, W)
