"""A wrong shape is one sentence and is not broadcast; dtypes may be mixed: on every backend."""

import numpy as np
import pytest
from keras import ops

from units import u05_convolution as u05
from units import u06_tricks_of_the_trade as u06
from units.u05_convolution.required_shape import require_shape

RNG = np.random.default_rng(0)


def floats32(*shape):
    return RNG.normal(size=shape).astype("float32")


X, Y, ORDER = floats32(4, 6, 5, 3), np.eye(3, dtype="float32")[[0, 1, 2, 0]], np.array([1, 2, 3, 0])
WEIGHT, BOXES = np.full(4, 0.5, "float32"), np.array([[0, 0, 3, 3]] * 4)
W, Z = floats32(3, 3, 3, 2), floats32(2, 5, 5, 4, 3)
SQUARE = "square, not 3 × 2"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: u05.mix_up(X, Y[:3], ORDER, WEIGHT), r"y must have shape \(4, classes\), and has \(3, 3\)"),
        (lambda: u05.mix_up(X, ORDER, ORDER, WEIGHT), "of class numbers take keras.ops.one_hot"),
        (lambda: u05.mix_up(X, Y, ORDER[:1], WEIGHT), r"order must have shape \(4,\), and has \(1,\)"),
        (lambda: u05.mix_up(X, Y, ORDER, WEIGHT[:1]), r"weight must have shape \(4,\), and has \(1,\)"),
        (lambda: u05.mix_up(X, Y, ORDER, 0.5), r"weight must have shape \(4,\), and has \(\)"),
        (
            lambda: u05.mix_up(X[..., 0], Y, ORDER, WEIGHT),
            r"x must have shape \(batch, height, width, channels\)",
        ),
        (lambda: u05.cut_mix(X, Y, ORDER, BOXES[:1]), r"boxes must have shape \(4, 4\), and has \(1, 4\)"),
        (lambda: u05.cut_mix(X, Y, ORDER, BOXES[:, :3]), r"boxes must have shape \(4, 4\), and has \(4, 3\)"),
        (lambda: u05.cut_mix(X, Y[:3], ORDER, BOXES), r"y must have shape \(4, classes\)"),
        (
            lambda: u05.reverse(X[..., 0], BOXES[:, None]),
            r"x must have shape \(batch, height, width, channels\)",
        ),
        (lambda: u05.reverse(X, BOXES), r"boxes must have shape \(4, objects, 4\)"),
        (lambda: u05.lift(X, W[:, :2]), SQUARE),
        (lambda: u05.lift(X, floats32(2, 2, 3, 2)), "has no middle"),
        (lambda: u05.lift(X, W[:, :, :2]), r"W must have shape \(size, size, 3, filters\)"),
        (lambda: u05.p4_convolve(Z, floats32(3, 2, 4, 3, 2)), SQUARE),
        (
            lambda: u05.p4_convolve(Z, floats32(3, 3, 3, 3, 2)),
            r"W must have shape \(size, size, 4, 3, filters\)",
        ),
        (lambda: u05.p4_convolve(Z[..., :3, :], floats32(3, 3, 4, 3, 2)), "z must have shape"),
        (lambda: u05.conv(X, W, floats32(1)), r"b must have shape \(2,\), and has \(1,\)"),
        (lambda: u05.conv_transpose(X, floats32(3, 3, 2, 3), floats32(1)), r"b must have shape \(2,\)"),
        (lambda: u05.conv(X, W, padding=["same"]), "a list of 1 for 2 axes"),
        (lambda: u05.max_pool_backward(floats32(1, 3, 2, 3), X, 2), r"D must have shape \(4, 3, 2, 3\)"),
        (lambda: u05.average_pool_backward(floats32(4, 3, 2, 1), X, 2), r"D must have shape \(4, 3, 2, 3\)"),
        (lambda: u05.global_average_pool_backward(floats32(1, 3), X), r"D must have shape \(4, 3\)"),
        (lambda: u05.global_max_pool_backward(floats32(1, 3), X), r"D must have shape \(4, 3\)"),
        (lambda: u05.fourier_convolve(floats32(5), floats32(3, 3)), r"w must have shape \(kernel,\)"),
        (lambda: u05.fourier_convolve_2d(X[0, :, :, 0], floats32(3)), r"w must have shape \(height, width\)"),
        (lambda: u05.affine(X[0], WEIGHT, WEIGHT, BOXES[:, :2]), "images must have shape"),
        (lambda: u06.RandAugment()(X[..., 0], training=True), "images must have shape"),
        (lambda: u06.patches(X[..., 0], 2), "images must have shape"),
        (lambda: u06.ImageNetPixels()(X[..., :1]), r"x must have shape \(batch, height, width, 3\)"),
        (lambda: u05.suppress(BOXES, WEIGHT, ORDER), r"boxes must have shape \(batch, boxes, 4\)"),
        (lambda: u06.RandomMix()(X, ORDER), "of class numbers take keras.ops.one_hot"),
        (
            lambda: u05.iou_matrix(BOXES[0], BOXES),
            r"first must have shape \(…, boxes, 4\), .*: write \[box\]",
        ),
        (lambda: u05.iou_matrix(BOXES, BOXES[0]), r"second must have shape \(…, boxes, 4\), and has \(4,\)"),
        (lambda: u05.iou(BOXES[:2], BOXES[:3]), r"boxes, \(2, 4\) and \(3, 4\), do not broadcast to one"),
        (lambda: u05.giou(BOXES[:2], BOXES[:3]), "do not broadcast to one another"),
        (lambda: u05.diou(BOXES[:2], BOXES[:3]), "do not broadcast to one another"),
        (lambda: u05.pointwise(X, W[0, 0, :2]), r"W must have shape \(3, filters\), and has \(2, 2\)"),
        (lambda: u05.depthwise(X, W[:, :, :1]), r"W must have shape \(3, 3, 3, multiplier\)"),
        (
            lambda: u05.conv(np.moveaxis(X, -1, 1), W),
            r"last axis of the input; keras.ops.moveaxis\(x, 1, -1\)",
        ),
        (lambda: u05.conv(X[..., 0], W), r"shape \(4, 6, 5\) does not fit kernels of shape \(3, 3, 3, 2\)"),
        (lambda: u05.conv_backward(X, X[..., 0], W), "does not fit kernels of shape"),
        (lambda: u05.conv_transpose(X[..., 0], W), "does not fit kernels of shape"),
        (lambda: u05.conv_transpose(X, W), r"W must have shape \(3, 3, filters, 3\), and has \(3, 3, 3, 2\)"),
        (lambda: u06.dequantize(ORDER[None], WEIGHT[:3]), r"q and delta, \(1, 4\) and \(3,\), do not fit"),
        (lambda: u06.dequantize(ORDER[:, None], WEIGHT), "the second must broadcast to the first"),
        (lambda: u06.dequantize(ORDER, 0.5, ORDER[:3]), r"q and zero, \(4,\) and \(3,\), do not fit"),
        (lambda: u06.dequantize(WEIGHT, 0.5), "q holds integers, as quantize returns them, not float32"),
    ],
)
def test_is_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: u05.conv_by_loops(X, W, floats32(1)), r"b must have shape \(2,\)"),
        (lambda: u05.conv_by_matrix(X, W, floats32(1)), r"b must have shape \(2,\)"),
        (lambda: u05.conv_backward_by_loops(floats32(4, 5, 4, 2), X, W), r"D must have shape \(4, 4, 3, 2\)"),
        (
            lambda: u05.conv_backward_by_matrix(floats32(4, 3, 3, 2), X, W),
            r"D must have shape \(4, 4, 3, 2\)",
        ),
        (lambda: u06.MixedBatches(X[..., 0], ORDER, 4, batch_size=2), "x must have shape"),
        (lambda: u05.conv_by_loops(X[..., 0], W), "does not fit kernels of shape"),
        (lambda: u05.conv_by_matrix(X[..., 0], W), "does not fit kernels of shape"),
        (lambda: u05.conv_backward_by_loops(X, X[..., 0], W), "does not fit kernels of shape"),
        (lambda: u05.conv_backward_by_matrix(X, X[..., 0], W), "does not fit kernels of shape"),
        (lambda: u05.toeplitz_matrix([[1.0, 2.0]], 3), r"w must have shape \(kernel,\), and has \(1, 2\)"),
        (lambda: u05.doubly_block_toeplitz([1.0, 2.0], 3, 3), r"w must have shape \(height, width\)"),
        (
            lambda: u05.convolution_matrix([[1.0]], (3, 3), 1),
            r"W must have shape \(height, width, channels / g",
        ),
        (lambda: u05.convolve([[1.0]], [1.0]), r"x must have shape \(size,\), and has \(1, 1\)"),
        (lambda: u05.convolve_2d([[1.0]], [1.0]), r"w must have shape \(height, width\), and has \(1,\)"),
        (lambda: u05.cross_correlate([1.0], [1.0, 2.0]), "A kernel of 2 entries does not lie inside"),
        (
            lambda: require_shape("x", X, "batch", "features"),
            r"x must have shape \(batch, features\), and has",
        ),
    ],
)
def test_of_a_function_in_numpy_is_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_empty_batch_stays_empty():
    assert tuple(u05.conv_transpose(X[:0], floats32(3, 3, 2, 3), strides=2).shape) == (0, 13, 11, 2)
    for kind in ("mix_up", "cut_mix"):
        images, shares = u06.RandomMix(kind)(X[:0], Y[:0])
        assert (tuple(images.shape), tuple(shares.shape)) == ((0, 6, 5, 3), (0, 3))
    for quantize in (u06.quantize, u06.quantize_affine):
        q, delta, *_ = quantize(X[:0, 0, 0], axis=-1)
        assert (tuple(q.shape), tuple(delta.shape)) == ((0, 3), (0, 1))


@pytest.mark.backend_independent
def test_a_list_is_a_kernel():
    np.testing.assert_array_equal(u05.toeplitz_matrix([1, 2], 3), [[1, 2, 0], [0, 1, 2]])
    np.testing.assert_array_equal(u05.toeplitz_matrix(ops.convert_to_tensor([1.0, 2.0]), 2), [[1, 2]])
    np.testing.assert_array_equal(u05.doubly_block_toeplitz([[1], [2]], 3, 1), [[1, 2, 0], [0, 1, 2]])
    np.testing.assert_array_equal(
        u05.convolution_matrix([[[1, 2]]], (2,), 1), [[1, 0], [2, 0], [0, 1], [0, 2]]
    )
    np.testing.assert_array_equal(u05.convolve([1, 2], [1, 3]), [1, 5, 6])
    np.testing.assert_array_equal(u05.cross_correlate([1, 2, 3], [1, 10]), [21, 32])
    np.testing.assert_array_equal(u05.convolve_2d([[1, 2]], [[1], [3]]), [[1, 2], [3, 6]])


F64 = X.astype("float64")


@pytest.mark.parametrize(
    ("call", "narrow"),
    [
        (lambda t: u05.conv(X, W, np.array([1.0, 2.0], t)), True),
        (lambda t: u05.conv_transpose(X, np.ones((3, 3, 2, 3), "float32"), np.array([1.0, 2.0], t)), True),
        (lambda t: u05.average_pool_backward(np.ones((4, 3, 2, 3), t), X, 2), True),
        (lambda t: u05.weighted_maps(X, F64.astype(t)), True),
        (lambda t: u05.squared_distances(X[:, 0, 0], F64[:, 0, 1].astype(t)), True),
        (lambda t: u05.fourier_convolve(X[0, 0, :, 0], np.array([1.0, 2.0], t)), True),
        (lambda t: u05.fourier_convolve_2d(X[0, :, :, 0], np.array([[1.0, 2.0]], t)), True),
        (lambda t: u05.fourier_convolve(np.arange(5).astype(t), np.arange(3).astype(t)), False),
        (lambda t: u05.iou(BOXES.astype("float32"), (BOXES + 1).astype(t)), True),
        (lambda t: u05.giou(BOXES.astype("float32"), (BOXES + 9).astype(t)), True),
        (lambda t: u05.diou(BOXES.astype("float32"), (BOXES + 9).astype(t)), True),
        (lambda t: u05.ciou(BOXES.astype("float32"), np.add(BOXES, [0, 0, 1, 2]).astype(t)), True),
    ],
)
def test_dtypes_are_mixed_on_every_backend(call, narrow):
    """NumPy's numbers are float64; TensorFlow adds no two dtypes, and no Fourier transform takes float16."""
    wanted, found = (ops.convert_to_numpy(call(t)) for t in ("float32", "float64" if narrow else "float16"))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_rand_augment_names_levels():
    with pytest.raises(ValueError, match=r"floats in \[0, 1\], not .*: divide levels by 255"):
        u06.RandAugment()((9 * X).astype("uint8"), training=True)


@pytest.mark.backend_independent
@pytest.mark.parametrize("padding", ["valid", "same", "causal", 1])
@pytest.mark.parametrize(("name", "value"), [("kernel", 0), ("stride", 0), ("stride", 1.5), ("dilation", -1)])
def test_sizes_of_a_kernel_are_positive_integers(padding, name, value):
    settings = {"kernel": 3, "stride": 1, "dilation": 1, name: value}
    with pytest.raises(ValueError, match=f"{name} must be a positive integer, not {value}"):
        u05.output_size(10, padding=padding, **settings)
