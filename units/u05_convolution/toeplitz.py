"""A convolution as a matrix: Toeplitz for signals, doubly block Toeplitz for images (§6.2).

Each row holds the kernel at another place. All its entries are the few numbers of the kernel, and the rest are zeros:
a fully connected layer whose weights are shared and mostly absent.
"""

import numpy as np

from course.validation import array
from units.u05_convolution.convolution import number_of_groups, require_same_axes
from units.u05_convolution.output_size import axes
from units.u05_convolution.required_shape import require_shape


def toeplitz_matrix(w, size, stride=1, padding="valid", dilation=1):
    """The matrix T with T x = the cross-correlation of a signal x with the kernel w.

    T_{i j} = w_u if j = s i + d u − p, else 0

    With stride 1 all entries along a diagonal are equal: T is a Toeplitz matrix.

    Args:
        w: shape (kernel,).
        size: n, the length of x.
        stride, padding, dilation: as in ``output_size``.

    Returns:
        T, shape (o, n).

    Raises:
        ValueError: w is no vector, or as in ``output_size``.

    Example:
        >>> toeplitz_matrix([1.0, 2.0], 3)
        array([[1., 2., 0.],
               [0., 1., 2.]])
    """
    w = array(w)
    require_shape("w", w, "kernel")
    return _filled(w, entries((size,), w.shape, stride, padding, dilation))


def doubly_block_toeplitz(w, height, width, strides=1, padding="valid", dilation_rate=1):
    """The matrix T with T vec(x) = vec(z) for an image x, row by row.

    With stride 1 the matrix consists of blocks; blocks along a diagonal are equal, and each is itself a Toeplitz
    matrix: without padding and dilation, block (i, i + u) is that of row u of the kernel.

    Args:
        w: shape (height, width) of the kernel.
        height, width: of the image.
        strides, padding, dilation_rate: as in ``axes``.

    Returns:
        T, with one row for each output position and one column for each pixel.

    Raises:
        ValueError: w is no matrix, or as in ``axes``.
    """
    w = array(w)
    require_shape("w", w, "height", "width")
    return _filled(w, entries((height, width), w.shape, strides, padding, dilation_rate))


def entries(spatial, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """Which entry of the kernel stands where in the matrix: its number, counted row by row, or −1 for a zero.

    Args:
        spatial: sizes of the input, (size,) or (height, width).
        kernel_size, strides, padding, dilation_rate: as in ``axes``.

    Returns:
        An integer array (output positions, input positions).
    """
    space = axes(spatial, kernel_size, strides, padding, dilation_rate)
    found = np.full((*(a.output for a in space), *spatial), -1)
    for number, u in enumerate(np.ndindex(*(a.kernel for a in space))):
        for i in np.ndindex(*(a.output for a in space)):
            # j = s i + d u − p
            j = [a.stride * i_ + a.dilation * u_ - a.before for i_, u_, a in zip(i, u, space, strict=True)]
            if all(0 <= j_ < a.size for j_, a in zip(j, space, strict=True)):
                found[(*i, *j)] = number
    outputs = int(np.prod([a.output for a in space]))
    return found.reshape(outputs, -1)


def convolution_matrix(W, spatial, channels, strides=1, padding="valid", dilation_rate=1):
    """The matrix of a whole layer: one block for every output channel and input channel of the same group.

    Args:
        W: kernels, shape (height, width, channels / groups, filters) or (size, channels / groups, filters).
        spatial: sizes of the input.
        channels: of the input.
        strides, padding, dilation_rate: as in ``axes``.

    Returns:
        T, shape (positions · filters, positions · channels), for inputs flattened in the order of
        (height, width, channels).

    Raises:
        ValueError: W does not have two axes more than ``spatial``, does not fit the channels, or as in ``axes``.
    """
    W = array(W)
    require_shape("W", W, *("height", "width")[: len(spatial)], "channels / groups", "filters")
    where = entries(spatial, W.shape[:-2], strides, padding, dilation_rate)
    groups, (inside, filters) = number_of_groups(channels, W.shape), W.shape[-2:]
    T = np.zeros((where.shape[0], filters, where.shape[1], channels))
    for f in range(filters):
        group = f // (filters // groups)
        for c in range(inside):
            T[:, f, :, group * inside + c] = _filled(W[..., c, f], where)
    return T.reshape(where.shape[0] * filters, -1)


def conv_by_matrix(x, W, b=None, strides=1, padding="valid", dilation_rate=1):
    """A convolutional layer as one matrix product for each sample: vec(z) = T vec(x) + b.

    Arguments and errors as ``conv_by_loops``.
    """
    x, W = np.asarray(x, "float64"), np.asarray(W, "float64")
    require_same_axes(x, W)
    T = convolution_matrix(W, x.shape[1:-1], x.shape[-1], strides, padding, dilation_rate)
    space = axes(x.shape[1:-1], W.shape[:-2], strides, padding, dilation_rate)
    if b is not None:
        require_shape("b", np.asarray(b), W.shape[-1])
    # vec(z) = T vec(x)
    z = (x.reshape(len(x), -1) @ T.T).reshape(len(x), *(a.output for a in space), W.shape[-1])
    return z if b is None else z + np.asarray(b)


def conv_backward_by_matrix(D, x, W, strides=1, padding="valid", dilation_rate=1):
    """The gradients through ``conv_by_matrix``.

    ∂C/∂x = Tᵀ D: the transposed matrix spreads the gradient back, which is the transposed convolution.
    ∂C/∂T = D xᵀ: every entry of the kernel collects the gradients of all places of T where it stands.

    Args:
        D: ∂C/∂z.
        x, W, strides, padding, dilation_rate: as in ``conv_by_matrix``.

    Returns:
        ``(∂C/∂x, ∂C/∂W, ∂C/∂b)``.

    Raises:
        ValueError: D does not have the shape of z.
    """
    D, x, W = (np.asarray(v, "float64") for v in (D, x, W))
    require_same_axes(x, W)
    T = convolution_matrix(W, x.shape[1:-1], x.shape[-1], strides, padding, dilation_rate)
    space = axes(x.shape[1:-1], W.shape[:-2], strides, padding, dilation_rate)
    require_shape("D", D, len(x), *(a.output for a in space), W.shape[-1])
    # ∂C/∂x = Tᵀ D
    by_x = (D.reshape(len(D), -1) @ T).reshape(x.shape)
    where = entries(x.shape[1:-1], W.shape[:-2], strides, padding, dilation_rate)
    groups, (inside, filters) = number_of_groups(x.shape[-1], W.shape), W.shape[-2:]
    flat_D, flat_x = D.reshape(len(D), -1, filters), x.reshape(len(x), -1, x.shape[-1])
    by_W = np.zeros((int(np.prod(W.shape[:-2])), inside, filters))
    for f in range(filters):
        group = f // (filters // groups)
        for c in range(inside):
            # ∂C/∂T = D xᵀ for this pair of channels, summed over the batch
            by_T = flat_D[:, :, f].T @ flat_x[:, :, group * inside + c]
            np.add.at(by_W[:, c, f], where[where >= 0], by_T[where >= 0])
    return by_x, by_W.reshape(W.shape), D.sum(axis=tuple(range(D.ndim - 1)))


def _filled(w, where):
    """The entries of the kernel at their places."""
    return np.where(where >= 0, np.ravel(w)[where], 0.0)
