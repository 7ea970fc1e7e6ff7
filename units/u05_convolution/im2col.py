"""Convolution as one matrix product: the windows of the input become the rows of a matrix (§6.3).

Many libraries compute convolutions on a CPU in this way. Everything here is `keras.ops`, forward and backward, for
signals and images alike, with channels last.
"""

from itertools import product

from keras import ops

import course
from course.validation import floats
from units.u05_convolution.convolution import number_of_groups, require_same_axes
from units.u05_convolution.output_size import axes
from units.u05_convolution.required_shape import require_shape


def im2col(x, kernel_size, strides=1, padding="valid", dilation_rate=1, fill=0):
    """All windows of the input.

    columns_{n i u c} = x_{n, s i + d u − p, c}

    Entry u of all windows together is the padded input, begun at d u and read in steps of s: one slice.

    Args:
        x: shape (batch, height, width, channels) or (batch, size, channels).
        kernel_size, strides, padding, dilation_rate: as in ``axes``.
        fill: the value of the padding.

    Returns:
        Shape (batch, height, width, entries of the kernel, channels), height and width those of the output.
    """
    x = floats(x)
    space = axes(x.shape[1:-1], kernel_size, strides, padding, dilation_rate)
    x = ops.pad(x, [(0, 0), *((a.before, a.after) for a in space), (0, 0)], constant_values=fill)
    windows = []
    for u in product(*(range(a.kernel) for a in space)):
        # x_{s i + d u} for all i
        places = [
            slice(a.dilation * u_, -a.dilation * (a.kernel - 1 - u_) or None, a.stride)
            for u_, a in zip(u, space, strict=True)
        ]
        windows.append(x[(slice(None), *places)])
    return ops.stack(windows, axis=-2)


def overlap_add(columns, kernel_size, strides=1, dilation_rate=1):
    """Put windows back to their places and add up where they overlap: the transpose of ``im2col`` without padding.

    x_j = ∑ of columns_{i u} over all i, u with s i + d u = j

    Args:
        columns: shape (batch, height, width, entries of the kernel, channels).
        kernel_size, strides, dilation_rate: as in ``im2col``.

    Returns:
        Shape (batch, (height − 1) s + d (k − 1) + 1, the same for the width, channels).
    """
    space = axes((None,) * (len(columns.shape) - 3), kernel_size, strides, "valid", dilation_rate)
    total = 0
    for number, u in enumerate(product(*(range(a.kernel) for a in space))):
        piece = columns[..., number, :]
        for axis, (u_, a) in enumerate(zip(u, space, strict=True), start=1):
            piece = zeros_between(piece, axis, a.stride)
            # entry u begins d u positions after the window
            piece = _padded(piece, axis, a.dilation * u_, a.dilation * (a.kernel - 1 - u_))
        total = total + piece
    return total


def col2im(columns, spatial, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """The transpose of ``im2col``: ∑ columns · im2col(x) = ∑ col2im(columns) · x for all x.

    Args:
        columns: shape (batch, height, width, entries of the kernel, channels).
        spatial: the sizes of the input of ``im2col``, without batch and channels.
        kernel_size, strides, padding, dilation_rate: as in ``im2col``.
    """
    x = overlap_add(columns, kernel_size, strides, dilation_rate)
    space = axes(spatial, kernel_size, strides, padding, dilation_rate)
    for axis, a in enumerate(space, start=1):
        x = cut(x, axis, a.before, a.size)
    return x


@course.fused(static=("strides", "padding", "dilation_rate"))
def conv(x, W, b=None, strides=1, padding="valid", dilation_rate=1):
    """A convolutional layer: windows times kernels, one matrix product for each group of channels.

    Z = columns(x) W + 1 bᵀ

    Args:
        x: shape (batch, height, width, channels), or (batch, size, channels).
        W: shape (height, width, channels / groups, filters), or (size, channels / groups, filters).
        b: shape (filters,), or None.
        strides, padding, dilation_rate: as in ``axes``.

    Returns:
        Shape (batch, height, width, filters), or (batch, size, filters).

    Raises:
        ValueError: x, W and b do not fit together, or as in ``axes``.
    """
    x, W = floats(x), floats(W)
    require_same_axes(x, W)
    groups = number_of_groups(x.shape[-1], W.shape)
    columns = im2col(x, W.shape[:-2], strides, padding, dilation_rate)
    # Z = columns(x) W, for each group
    Z = ops.matmul(_rows(columns, groups), _kernels(W, groups))
    Z = ops.reshape(ops.transpose(Z, (1, 0, 2)), (*ops.shape(columns)[:-2], W.shape[-1]))
    if b is None:
        return Z
    b = floats(b)
    require_shape("b", b, W.shape[-1])
    return ops.add(Z, b)


@course.fused(static=("strides", "padding", "dilation_rate"))
def conv_backward(D, x, W, strides=1, padding="valid", dilation_rate=1):
    """The gradients of a cost through ``conv``, by hand: two matrix products.

    ∂C/∂W = columns(x)ᵀ D,   ∂C/∂columns = D Wᵀ, and its windows added up,   ∂C/∂b = ∑ D

    Args:
        D: ∂C/∂Z, of the shape of the output.
        x, W, strides, padding, dilation_rate: as in ``conv``.

    Returns:
        ``(∂C/∂x, ∂C/∂W, ∂C/∂b)``.
    """
    D, x, W = floats(D), floats(x), floats(W)
    require_same_axes(x, W)
    groups = number_of_groups(x.shape[-1], W.shape)
    columns = im2col(x, W.shape[:-2], strides, padding, dilation_rate)
    if tuple(D.shape) != (*columns.shape[:-2], W.shape[-1]):
        raise ValueError(
            f"D has the shape of the output, {(*columns.shape[:-2], W.shape[-1])}, not {tuple(D.shape)}."
        )
    A, kernels = _rows(columns, groups), _kernels(W, groups)
    D_rows = ops.transpose(ops.reshape(D, (-1, groups, W.shape[-1] // groups)), (1, 0, 2))
    # ∂C/∂W = columns(x)ᵀ D
    by_kernels = ops.matmul(ops.transpose(A, (0, 2, 1)), D_rows)
    by_W = ops.reshape(ops.transpose(by_kernels, (1, 0, 2)), W.shape)
    # ∂C/∂columns = D Wᵀ
    by_rows = ops.matmul(D_rows, ops.transpose(kernels, (0, 2, 1)))
    by_columns = ops.reshape(by_rows, (groups, -1, columns.shape[-2], W.shape[-2]))
    by_columns = ops.reshape(ops.transpose(by_columns, (1, 2, 0, 3)), columns.shape)
    by_x = col2im(by_columns, x.shape[1:-1], W.shape[:-2], strides, padding, dilation_rate)
    return by_x, by_W, ops.sum(D, axis=tuple(range(len(D.shape) - 1)))


def zeros_between(x, axis, stride):
    """Insert s − 1 zeros between neighbours along an axis."""
    if stride == 1:
        return x
    size = ops.shape(x)[axis]
    x = ops.expand_dims(x, axis + 1)
    x = _padded(x, axis + 1, 0, stride - 1)
    shape = ops.shape(x)
    x = ops.reshape(x, (*shape[:axis], size * stride, *shape[axis + 2 :]))
    return x[(slice(None),) * axis + (slice(0, -(stride - 1)),)]


def cut(x, axis, start, size):
    """Positions start, …, start + size − 1 along an axis, with zeros beyond its end."""
    x = x[(slice(None),) * axis + (slice(start, start + size),)]
    return _padded(x, axis, 0, size - x.shape[axis])


def _padded(x, axis, before, after):
    if not before and not after:
        return x
    return ops.pad(x, [(before, after) if a == axis else (0, 0) for a in range(len(x.shape))])


def _rows(columns, groups):
    """(groups, batch · positions, entries · channels of the group): one window in each row."""
    entries, channels = columns.shape[-2:]
    rows = ops.reshape(columns, (-1, entries, groups, channels // groups))
    rows = ops.transpose(rows, (2, 0, 1, 3))
    return ops.reshape(rows, (groups, -1, entries * channels // groups))


def _kernels(W, groups):
    """(groups, entries · channels of the group, filters of the group)."""
    filters = W.shape[-1]
    kernels = ops.reshape(W, (-1, groups, filters // groups))
    return ops.transpose(kernels, (1, 0, 2))
