"""Positions for attention, which does not know any: sinusoids, and rotary pairs (§7.5)."""

import keras
import numpy as np
from keras import ops

import course


def sinusoidal_positions(steps, d_model, base=10_000.0):
    """A vector of sines and cosines for each position.

    entry 2 j: sin(t ω_j),   entry 2 j + 1: cos(t ω_j),   ω_j = base^(−2 j / d_model)

    The vector of position t + k is that of t, with each pair turned by k ω_j: a linear map that does not depend on t.

    Args:
        steps: number of positions t = 0, 1, ….
        d_model: length of the vectors, even.
        base: the longest wave is 2 π base steps long, nearly.

    Returns:
        A NumPy array of shape (steps, d_model), float32.

    Raises:
        ValueError: d_model is odd.
    """
    angles = np.arange(steps)[:, None] * frequencies(d_model, base)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(steps, d_model).astype("float32")


def frequencies(d, base=10_000.0):
    """ω_j = base^(−2 j / d) for j = 0, …, d / 2 − 1, a NumPy array of shape (d / 2,); d is even, base positive."""
    if not base > 0:
        raise ValueError(f"base must be positive, not {base}.")
    if d % 2 or d < 2:
        raise ValueError(f"Positions come in pairs of channels, so their number must be even, not {d}.")
    return base ** (-np.arange(0, d, 2) / d)


@course.fused(static=("base",))
def rotate(x, positions=None, base=10_000.0):
    """Rotary positions: each pair of channels is turned by an angle that grows with the position.

    (x_{2j}, x_{2j+1}) → (x_{2j} cos t ω_j − x_{2j+1} sin t ω_j,   x_{2j} sin t ω_j + x_{2j+1} cos t ω_j)

    If queries and keys are turned, q_t · k_s depends on the positions by t − s only, and no norm changes.

    Args:
        x: queries or keys, shape (..., seq, d) with an even d.
        positions: t of each step, numbers or a tensor of shape (seq,); 0, 1, … if None. With a cache they begin later.
        base: see ``sinusoidal_positions``.

    Returns:
        The turned vectors, in the shape of x.

    Raises:
        ValueError: d is odd, base is not positive, or there is not one position for each step.

    References: Su et al., RoFormer: enhanced transformer with rotary position embedding, 2021.
    """
    x = ops.convert_to_tensor(x)
    if not keras.backend.is_float_dtype(x.dtype):
        x = ops.cast(x, "float32")
    if len(x.shape) < 2:
        raise ValueError(f"x has the axes (..., seq, d), not {tuple(x.shape)}.")
    t = ops.cast(np.arange(x.shape[-2]) if positions is None else positions, "float32")
    if len(t.shape) != 1 or (None not in (x.shape[-2], t.shape[0]) and t.shape[0] != x.shape[-2]):
        raise ValueError(
            f"{x.shape[-2]} steps need one position each, not positions of shape {tuple(t.shape)}."
        )
    angles = t[:, None] * ops.cast(frequencies(x.shape[-1], base), "float32")
    cosine, sine = (ops.cast(f(angles), x.dtype) for f in (ops.cos, ops.sin))
    even, odd = x[..., 0::2], x[..., 1::2]
    pairs = ops.stack([even * cosine - odd * sine, even * sine + odd * cosine], axis=-1)
    return ops.reshape(pairs, ops.shape(x))
