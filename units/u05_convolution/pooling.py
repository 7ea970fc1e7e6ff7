"""Pooling, forward and backward by hand: the largest or the mean value of every window (§6.3)."""

from keras import ops

import course
from course.validation import floats
from units.u05_convolution.im2col import col2im, im2col
from units.u05_convolution.required_shape import require_shape


@course.fused(static=("pool_size", "strides", "padding"))
def max_pool(x, pool_size, strides=None, padding="valid"):
    """The largest value of every window, for each channel.

    z_{i c} = max_u x_{s i + u − p, c}

    Args:
        x: shape (batch, height, width, channels), or (batch, size, channels).
        pool_size: a number, or one for each axis.
        strides: s; None for ``pool_size``, so that windows touch without overlap.
        padding: ``"valid"`` or ``"same"``. The padding never is the largest: it is −∞, not 0.

    Returns:
        Shape (batch, height, width, channels), height and width as for a convolution.
    """
    return ops.max(_windows(x, pool_size, strides, padding, float("-inf")), axis=-2)


@course.fused(static=("pool_size", "strides", "padding"))
def max_pool_backward(D, x, pool_size, strides=None, padding="valid"):
    """The gradient of a cost through ``max_pool``: D goes to the position that was the largest, all others get 0.

    Where several are equally large, the first one (row by row) gets all of it. Windows that overlap add up.

    Args:
        D: ∂C/∂z, of the shape of z.
        x, pool_size, strides, padding: as in ``max_pool``.

    Returns:
        ∂C/∂x.

    Raises:
        ValueError: D does not have the shape of z.
    """
    x, D = floats(x), floats(D)
    windows = _windows(x, pool_size, strides, padding, float("-inf"))
    require_shape("D", D, *windows.shape[:-2], windows.shape[-1])
    # 1 at the first largest entry of each window
    largest = ops.one_hot(ops.argmax(windows, axis=-2), windows.shape[-2], dtype=D.dtype)
    largest = ops.swapaxes(largest, -1, -2)  # (…, entries of the window, channels)
    return _back(largest * ops.expand_dims(D, -2), x, pool_size, strides, padding)


@course.fused(static=("pool_size", "strides", "padding"))
def average_pool(x, pool_size, strides=None, padding="valid"):
    """The mean of every window over the positions that lie in the input: padding is not counted.

    z_{i c} = (1 / N_i) ∑_u x_{s i + u − p, c},   N_i the number of positions of window i in the input

    Arguments and shapes as ``max_pool``.
    """
    windows = _windows(x, pool_size, strides, padding, 0)
    return ops.sum(windows, axis=-2) / _counts(x, pool_size, strides, padding)


@course.fused(static=("pool_size", "strides", "padding"))
def average_pool_backward(D, x, pool_size, strides=None, padding="valid"):
    """The gradient through ``average_pool``: each position of window i gets D_i / N_i.

    Arguments as ``max_pool_backward``.
    """
    x, D = floats(x), floats(D)
    windows = _windows(x, pool_size, strides, padding, 0)
    require_shape("D", D, *windows.shape[:-2], windows.shape[-1])
    shares = ops.expand_dims(ops.divide(D, _counts(x, pool_size, strides, padding)), -2)
    return _back(ops.broadcast_to(shares, windows.shape), x, pool_size, strides, padding)


@course.fused
def global_average_pool(x):
    """The mean of each channel over all positions: (batch, …, channels) → (batch, channels)."""
    x = floats(x)
    return ops.mean(x, axis=_positions(x))


@course.fused
def global_average_pool_backward(D, x):
    """The gradient through ``global_average_pool``: every position gets D divided by their number.

    Raises:
        ValueError: D does not have the shape (batch, channels) of the output.
    """
    x, D = floats(x), floats(D)
    require_shape("D", D, x.shape[0], x.shape[-1])
    for axis in _positions(x):
        D = ops.expand_dims(D, axis) / x.shape[axis]
    return ops.broadcast_to(D, x.shape)


@course.fused
def global_max_pool(x):
    """The largest value of each channel over all positions: (batch, …, channels) → (batch, channels)."""
    x = floats(x)
    return ops.max(x, axis=_positions(x))


@course.fused
def global_max_pool_backward(D, x):
    """The gradient through ``global_max_pool``: equally large positions get equal shares of D.

    This is the rule of a maximum over an axis, on every backend; ``max_pool`` gives all to the first.

    Raises:
        ValueError: D does not have the shape (batch, channels) of the output.
    """
    x, D = floats(x), floats(D)
    require_shape("D", D, x.shape[0], x.shape[-1])
    largest = ops.cast(ops.equal(x, ops.max(x, axis=_positions(x), keepdims=True)), D.dtype)
    for axis in _positions(x):
        D = ops.expand_dims(D, axis)
    return largest * D / ops.sum(largest, axis=_positions(x), keepdims=True)


def _windows(x, pool_size, strides, padding, fill):
    return im2col(x, pool_size, pool_size if strides is None else strides, padding, fill=fill)


def _back(by_windows, x, pool_size, strides, padding):
    kernel = (pool_size,) * (len(x.shape) - 2) if isinstance(pool_size, int) else pool_size
    return col2im(by_windows, x.shape[1:-1], kernel, kernel if strides is None else strides, padding)


def _counts(x, pool_size, strides, padding):
    """N_i: how many positions of each window lie in the input."""
    x = floats(x)
    ones = ops.ones_like(x[:1, ..., :1])
    return ops.sum(_windows(ones, pool_size, strides, padding, 0), axis=-2)


def _positions(x):
    return tuple(range(1, len(x.shape) - 1))
