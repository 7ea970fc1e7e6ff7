"""Pooling and its gradients by hand against NumPy and Keras's layers; sizes and receptive fields against layers."""

from itertools import product

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, one_program
from units import u05_convolution as u05
from units.u05_convolution.output_size import axes

CASES = [
    ((7,), 3, 2, "same"),
    ((7,), 2, None, "valid"),
    ((7, 6), 3, 1, "same"),
    ((7, 6), (2, 3), (3, 2), "valid"),
]
CASES += [((7, 6), 3, 2, "same")]


def numbers(spatial, ties=True):
    """With equal values in most windows: what ReLU leaves."""
    x = np.random.default_rng(0).normal(size=(2, *spatial, 3)).astype("float32")
    return np.maximum(x, 0).round() if ties else x


def in_numpy(x, size, strides, padding, mean):
    """Pooling and the number of positions in each window, with slices of the input."""
    space = axes(x.shape[1:-1], size, size if strides is None else strides, padding)
    z = np.zeros((len(x), *(a.output for a in space), x.shape[-1]))
    for i in np.ndindex(z.shape[1:-1]):
        begins = [t * a.stride - a.before for t, a in zip(i, space, strict=True)]
        window = x[
            (slice(None), *(slice(max(0, t), t + a.kernel) for t, a in zip(begins, space, strict=True)))
        ]
        over = tuple(range(1, x.ndim - 1))
        z[(slice(None), *i)] = window.mean(over) if mean else window.max(over)
    return z


@pytest.mark.parametrize("kind", ["max", "average"])
def test_pooling_is_numpys_and_kerass_forwards_and_backwards(kind):
    forward, backward = getattr(u05, f"{kind}_pool"), getattr(u05, f"{kind}_pool_backward")
    slopes = []

    def everything():
        found = []
        for spatial, k, s, p in CASES:
            x = numbers(spatial)
            z = in_numpy(x, k, s, p, kind == "average")
            D = np.random.default_rng(1).normal(size=z.shape).astype("float32")
            slopes.append(z)
            layer = getattr(keras.layers, f"{kind.title()}Pooling{len(spatial)}D")(k, strides=s, padding=p)
            theirs = course.grad(lambda x, layer=layer, D=D: ops.sum(ops.multiply(layer(x), D)))
            found.append((forward(x, k, s, p), backward(D, x, k, s, p), theirs(ops.convert_to_tensor(x))))
        return found

    for setting, (z, by_x, theirs), expected in zip(CASES, one_program(everything)(), slopes, strict=False):
        assert_close(z, expected, rtol=1e-5, atol=1e-5, name=str(setting))
        # Keras 3.15.1 counts its own padding on torch, where the two sides have different numbers of zeros
        if keras.backend.backend() == "torch" and kind == "average" and setting == CASES[-1]:
            continue
        assert_close(by_x, theirs, rtol=1e-4, atol=1e-5, name=f"{setting}: ∂/∂x")


def test_the_mean_of_the_edge_does_not_count_the_padding():
    """Every window of ones has the mean 1; its gradient adds up to what came in."""
    x = np.ones((1, 7, 6, 1), "float32")
    assert_close(u05.average_pool(x, 3, 2, "same"), np.ones((1, 4, 3, 1)), atol=1e-6)
    D = np.random.default_rng(0).normal(size=(1, 4, 3, 1)).astype("float32")
    by_x = ops.convert_to_numpy(u05.average_pool_backward(D, x, 3, 2, "same"))
    assert by_x.sum() == pytest.approx(D.sum(), abs=1e-5)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_global_pooling_is_kerass(kind):
    x = numbers((3, 4))
    D = np.random.default_rng(1).normal(size=(2, 3)).astype("float32")
    layer = getattr(keras.layers, f"Global{kind.title()}Pooling2D")()
    forward, backward = getattr(u05, f"global_{kind}_pool"), getattr(u05, f"global_{kind}_pool_backward")
    assert_close(forward(x), layer(x), atol=1e-6)
    gradient = course.grad(lambda x: ops.sum(ops.multiply(layer(x), D)))
    assert_close(backward(D, x), gradient(ops.convert_to_tensor(x)), atol=1e-6)


@pytest.mark.backend_independent
def test_the_first_of_equal_values_gets_the_gradient():
    x = np.array([1.0, 1.0, 0.0, 2.0]).reshape(1, 4, 1)
    by_x = ops.convert_to_numpy(u05.max_pool_backward(np.ones((1, 2, 1), "float32"), x, 2))
    np.testing.assert_array_equal(by_x[0, :, 0], [1, 0, 0, 1])
    overlapping = ops.convert_to_numpy(u05.max_pool_backward(np.ones((1, 3, 1), "float32"), x, 2, 1))
    np.testing.assert_array_equal(overlapping[0, :, 0], [1, 1, 0, 1])


@pytest.mark.backend_independent
def test_sizes_are_kerass_for_every_setting():
    for k, s, d, p in product(range(1, 5), range(1, 4), range(1, 4), ("valid", "same", "causal")):
        if s > 1 and d > 1:
            continue
        layer = keras.layers.Conv1D(1, k, strides=s, padding=p, dilation_rate=d)
        for n in range(1, 12):
            try:
                wanted = layer.compute_output_shape((1, n, 1))[1]
            except ValueError:
                with pytest.raises(ValueError, match="does not fit"):
                    u05.output_size(n, k, s, p, d)
                continue
            assert u05.output_size(n, k, s, p, d) == wanted
    for k, s, p in product(range(1, 5), range(1, 4), ("valid", "same")):
        for extra in (None, *range(s)):
            layer = keras.layers.Conv1DTranspose(1, k, strides=s, padding=p, output_padding=extra)
            for n in range(1, 6):
                wanted = layer.compute_output_shape((1, n, 1))[1]
                assert u05.transposed_output_size(n, k, s, p, 1, extra)[0] == wanted


@pytest.mark.backend_independent
def test_same_with_stride_2_begins_elsewhere_than_one_zero_on_each_side():
    assert u05.zeros_added(32, 3, 2, "same") == (0, 1)
    assert u05.zeros_added(33, 3, 2, "same") == (1, 1)
    assert u05.zeros_added(224, 7, 2, "same") == (2, 3)
    x, w = np.arange(8.0).reshape(1, 8, 1), np.array([1.0, 0, 0]).reshape(3, 1, 1)
    # the first entry of every window
    np.testing.assert_array_equal(u05.conv_by_loops(x, w, None, 2, "same").ravel(), [0, 2, 4, 6])
    np.testing.assert_array_equal(u05.conv_by_loops(x, w, None, 2, 1).ravel(), [0, 1, 3, 5])
    for wrong in ("full", (1, 2, 3), 1.5, None, -1, (0, -1)):
        with pytest.raises(ValueError, match="padding is"):
            u05.zeros_added(8, 3, 1, wrong)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    "layers",
    [
        [(3,), (3,)],
        [(3, 2), (2, 2), (3,)],
        [(3, 1, 2, "same"), (2, 2), (3, 2, 1, "same")],
        [(5, 3, 1, "same"), (3, 1, 2, "causal")],
    ],
)
def test_the_receptive_field_is_what_changes_an_output(layers):
    """Changing one input after the other: an output changes if and only if the input lies in its receptive field."""
    n = 31
    sizes = u05.sizes_by_layer(n, layers)

    def network(x):
        for layer in layers:
            k, s, d, p = (*layer, *(None, 1, 1, "valid")[len(layer) :])
            x = u05.conv_by_loops(x, np.ones((k, 1, 1)), None, s, p, d)
        return x[0, :, 0]

    x = np.zeros((1, n, 1))
    assert len(network(x)) == sizes[-1]
    seen = np.zeros((n, sizes[-1]), bool)
    for t in range(n):
        x[0, t, 0] = 1
        seen[t] = network(x) != 0
        x[0, t, 0] = 0
    field = u05.receptive_field(layers, n)
    for i in range(sizes[-1]):
        first, last = field.first + i * field.step, field.first + i * field.step + field.size - 1
        inside = np.flatnonzero(seen[:, i])
        assert first <= inside[0]
        assert inside[-1] <= last
        if first >= 0 and last < n:
            assert inside[0] == first
            assert inside[-1] == last
