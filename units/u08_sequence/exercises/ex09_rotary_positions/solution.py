"""Rotary positions in halves: another layout of the pairs, the kernels that fit to it, and longer contexts."""

from keras import ops


def rotate_halves(x, positions, base):
    """Turn channel j together with channel j + d/2.

    ω_j = base^(−2 j / d),   j = 0, …, d/2 − 1,   angle t ω_j
    (x_j, x_{j + d/2}) → (x_j cos − x_{j + d/2} sin,   x_j sin + x_{j + d/2} cos)

    Args:
        x: queries or keys, shape (batch, heads, seq, d) with an even d.
        positions: t of each step of each sample, integers of shape (batch, seq).
        base: a number.

    Returns:
        The turned vectors, in the shape of x.
    """
    half = x.shape[-1] // 2
    omega = ops.power(float(base), -2.0 * ops.arange(half, dtype="float32") / x.shape[-1])
    angles = ops.cast(positions, "float32")[:, None, :, None] * omega
    first, second = x[..., :half], x[..., half:]
    cosine, sine = ops.cos(angles), ops.sin(angles)
    return ops.concatenate([first * cosine - second * sine, first * sine + second * cosine], axis=-1)


def to_halves(kernel, heads):
    """The kernel of queries or keys for the layout in halves, from one that was trained with neighbours as pairs.

    Args:
        kernel: shape (d_model, heads · d); the d columns of a head stand side by side, and channels 2 j and 2 j + 1
            are a pair.
        heads: number of heads.

    Returns:
        The kernel with its columns in another order, the same shape: channels j and j + d/2 of a head are a pair.
    """
    rows = kernel.shape[0]
    pairs = ops.reshape(kernel, (rows, heads, -1, 2))
    return ops.reshape(ops.swapaxes(pairs, 2, 3), (rows, -1))


def longer_base(d, base, factor):
    """The base with which the slowest pair turns more slowly by a factor, while the fastest one turns as before.

    Args:
        d: number of channels, even and at least 4.
        base: the base so far.
        factor: how many times longer the longest wave is to be.

    Returns:
        The new base, a number.
    """
    return base * factor ** (d / (d - 2))
