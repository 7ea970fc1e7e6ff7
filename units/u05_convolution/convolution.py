"""Convolution and cross-correlation by loops in NumPy, forward and backward, for reading (§6.2, §6.3)."""

from itertools import product

import numpy as np

from course.validation import array
from units.u05_convolution.output_size import axes
from units.u05_convolution.required_shape import require_shape


def convolve(x, w):
    """The convolution x ∗ w of two signals, in full.

    z_i = ∑_u w_u x_{i−u},   i = 0, …, n + k − 2

    Args:
        x: shape (size,).
        w: shape (kernel,).

    Raises:
        ValueError: x or w is no vector.
    """
    x, w = _signals(x, w)
    z = np.zeros(len(x) + len(w) - 1)
    for i in range(len(z)):
        for u in range(len(w)):
            if 0 <= i - u < len(x):
                # z_i = ∑_u w_u x_{i−u}
                z[i] += w[u] * x[i - u]
    return z


def cross_correlate(x, w):
    """The cross-correlation w ⋆ x, where the kernel lies inside the signal: what layers compute.

    z_i = ∑_u w_u x_{i+u},   i = 0, …, n − k

    It is the convolution with the kernel reversed, so a network that learns w can use either.

    Raises:
        ValueError: x or w is no vector, or the kernel is longer than the signal.
    """
    x, w = _signals(x, w)
    if len(w) > len(x):
        raise ValueError(f"A kernel of {len(w)} entries does not lie inside of a signal of {len(x)}.")
    z = np.zeros(len(x) - len(w) + 1)
    for i in range(len(z)):
        for u in range(len(w)):
            # z_i = ∑_u w_u x_{i+u}
            z[i] += w[u] * x[i + u]
    return z


def convolve_2d(x, w):
    """The convolution of two images, in full: z_{ij} = ∑_{uv} w_{uv} x_{i−u, j−v}.

    Args:
        x: shape (height, width).
        w: shape (height, width) of the kernel.

    Raises:
        ValueError: x or w is no matrix.
    """
    x, w = array(x), array(w)
    for name, image in (("x", x), ("w", w)):
        require_shape(name, image, "height", "width")
    z = np.zeros((x.shape[0] + w.shape[0] - 1, x.shape[1] + w.shape[1] - 1))
    for i, j in np.ndindex(x.shape):
        # every pixel adds a copy of w, times its value
        z[i : i + w.shape[0], j : j + w.shape[1]] += x[i, j] * w
    return z


def conv_by_loops(x, W, b=None, strides=1, padding="valid", dilation_rate=1):
    """What a convolutional layer computes, by loops over all outputs and all entries of the kernel.

    z_{n i j f} = b_f + ∑_{u v c} W_{u v c f} x_{n, s i + d u − p, s j + d v − p, c}

    The same for signals (one spatial axis) and images (two). If W has fewer input channels than x, the channels and the
    filters are divided into groups: filter f sees the channels of its own group only.

    Args:
        x: inputs, shape (batch, height, width, channels), or (batch, size, channels).
        W: kernels, shape (height, width, channels / groups, filters), or (size, channels / groups, filters).
        b: biases, shape (filters,), or None.
        strides, padding, dilation_rate: as in Keras; see ``output_size``. Both may be above 1.

    Returns:
        z, shape (batch, height, width, filters).

    Raises:
        ValueError: x, W and b do not fit together, or as in ``axes``.
    """
    x, W = np.asarray(x, "float64"), np.asarray(W, "float64")
    require_same_axes(x, W)
    space = axes(x.shape[1:-1], W.shape[:-2], strides, padding, dilation_rate)
    inputs, filters = _groups(x, W)
    if b is not None:
        require_shape("b", np.asarray(b), W.shape[-1])
    z = np.zeros((len(x), *(a.output for a in space), W.shape[-1]))
    for i in np.ndindex(z.shape[1:-1]):
        for u in np.ndindex(W.shape[:-2]):
            at = _place(i, u, space)
            if at is None:
                continue  # the kernel's entry lies on a zero of the padding
            for group_in, group_out in zip(inputs, filters, strict=True):
                for n, f in product(range(len(x)), group_out):
                    # z_{n i f} += ∑_c W_{u c f} x_{n, s i + d u − p, c}
                    z[(n, *i, f)] += W[(*u, slice(None), f)] @ x[(n, *at, group_in)]
    return z if b is None else z + np.asarray(b)


def conv_backward_by_loops(D, x, W, strides=1, padding="valid", dilation_rate=1):
    """The gradients of a cost through ``conv_by_loops``: the same loops, with the roles of z, x and W exchanged.

    ∂C/∂W_{u c f} = ∑_{n i} D_{n i f} x_{n, s i + d u − p, c}
    ∂C/∂x_{n, s i + d u − p, c} += ∑_f D_{n i f} W_{u c f}
    ∂C/∂b_f = ∑_{n i} D_{n i f}

    Args:
        D: ∂C/∂z, of the shape of z.
        x, W, strides, padding, dilation_rate: as in ``conv_by_loops``.

    Returns:
        ``(∂C/∂x, ∂C/∂W, ∂C/∂b)``.

    Raises:
        ValueError: D does not have the shape of z.
    """
    D, x, W = (np.asarray(v, "float64") for v in (D, x, W))
    require_same_axes(x, W)
    space = axes(x.shape[1:-1], W.shape[:-2], strides, padding, dilation_rate)
    inputs, filters = _groups(x, W)
    require_shape("D", D, len(x), *(a.output for a in space), W.shape[-1])
    by_x, by_W = np.zeros_like(x), np.zeros_like(W)
    for i in np.ndindex(D.shape[1:-1]):
        for u in np.ndindex(W.shape[:-2]):
            at = _place(i, u, space)
            if at is None:
                continue
            for group_in, group_out in zip(inputs, filters, strict=True):
                for n, f in product(range(len(x)), group_out):
                    by_W[(*u, slice(None), f)] += D[(n, *i, f)] * x[(n, *at, group_in)]
                    by_x[(n, *at, group_in)] += D[(n, *i, f)] * W[(*u, slice(None), f)]
    return by_x, by_W, D.sum(axis=tuple(range(D.ndim - 1)))


def _signals(x, w):
    x, w = array(x), array(w)
    require_shape("x", x, "size")
    require_shape("w", w, "kernel")
    return x, w


def require_same_axes(x, W):
    """Raise an error if an input and its kernels are not both of images, or both of signals.

    Args:
        x: an array or a tensor, with the axes batch, positions, channels.
        W: an array or a tensor, with the axes positions, input channels, filters (or the last two exchanged).

    Raises:
        ValueError: they have another number of axes.
    """
    if len(x.shape) != len(W.shape):
        raise ValueError(
            f"An input of shape {tuple(x.shape)} does not fit kernels of shape {tuple(W.shape)}: images have the axes "
            "(batch, height, width, channels), and kernels of four axes; signals (batch, size, channels), and kernels "
            "of three."
        )


def number_of_groups(channels, W_shape):
    """How many groups the channels fall into, from the shapes of the input and the kernels.

    Raises:
        ValueError: the channels or the filters cannot be divided into equal groups.
    """
    inside, filters = W_shape[-2:]
    if channels % inside or filters % (channels // inside):
        raise ValueError(
            f"Kernels for {inside} input channels and {filters} filters do not fit an input of {channels} channels: "
            "channels and filters must be divisible by the number of groups. Channels are the last axis of the input; "
            "keras.ops.moveaxis(x, 1, -1) puts them there."
        )
    return channels // inside


def _groups(x, W):
    """The channels, as slices, and the filters, as ranges, of each group."""
    groups = number_of_groups(x.shape[-1], W.shape)
    inside, filters = W.shape[-2], W.shape[-1] // groups
    return (
        [slice(g * inside, (g + 1) * inside) for g in range(groups)],
        [range(g * filters, (g + 1) * filters) for g in range(groups)],
    )


def _place(i, u, space):
    """Where entry u of the kernel lies in the input for output i: s i + d u − p; None on the padding."""
    at = tuple(a.stride * i_ + a.dilation * u_ - a.before for i_, u_, a in zip(i, u, space, strict=True))
    return at if all(0 <= t < a.size for t, a in zip(at, space, strict=True)) else None
