"""Numbers in 8 bits: symmetric and affine quantization, for a whole array or for each channel (§5.7)."""

import keras
from keras import ops

from course.validation import floats, tensor
from units.u05_convolution.required_shape import require_broadcast


def quantize(w, axis=None, bits=8):
    """Symmetric quantization.

    w ≈ Δ Q,   Δ = max |w| / (2^(bits−1) − 1),   Q = round(w/Δ) in −127, …, 127 for 8 bits

    Rounding moves w/Δ by at most ½, so |w − Δ Q| ≤ Δ/2.

    Args:
        w: an array of floats.
        axis: the axes that share one Δ. None: one Δ for the whole array. 0 for a kernel (inputs, units): one Δ for
            each unit; a unit with small weights then has a small Δ and a small error.
        bits: 2 to 8.

    Returns:
        ``(q, delta)``: Q in int8 with the shape of ``w``, and Δ with the axes of ``w``, those of ``axis`` of length 1.

    Raises:
        ValueError: ``bits`` is out of its range.

    References: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
    inference" (2018).
    """
    w = floats(w)
    axis = _axes(w, axis)
    top = 2 ** (_bits(bits) - 1) - 1
    # Δ = max |w| / (2^(bits−1) − 1)
    delta = _not_zero(_extreme(ops.max, ops.abs(w), axis) / top)
    q = ops.clip(ops.round(w / delta), -top, top)
    return ops.cast(q, "int8"), delta


def quantize_affine(x, axis=None, bits=8):
    """Affine quantization: the range from the smallest to the largest value gets all levels.

    x ≈ Δ (Q − o),   Δ = (max x − min x) / (2^bits − 1),   o = round(−2^(bits−1) − min x/Δ),   Q = round(x/Δ) + o

    The zero point o is the Q of the number 0, which is exact. The range is extended to contain 0. For values ≥ 0, such
    as those behind a ReLU, Δ is about half of that of symmetric quantization, and |x − Δ (Q − o)| ≤ Δ/2.

    Args:
        x: an array of floats.
        axis: the axes that share one Δ and one o, as in ``quantize``.
        bits: 2 to 8.

    Returns:
        ``(q, delta, zero)``: Q in int8 with the shape of ``x``; Δ and o (int32) with those axes of length 1.

    Raises:
        ValueError: ``bits`` is out of its range.
    """
    x = floats(x)
    axis = _axes(x, axis)
    levels = 2 ** _bits(bits)
    low = ops.minimum(_extreme(ops.min, x, axis), 0.0)
    high = ops.maximum(_extreme(ops.max, x, axis), 0.0)
    # Δ = (max x − min x) / (2^bits − 1)
    delta = _not_zero((high - low) / (levels - 1))
    # o = round(−2^(bits−1) − min x/Δ)
    zero = ops.round(-levels // 2 - low / delta)
    q = ops.clip(ops.round(x / delta) + zero, -levels // 2, levels // 2 - 1)
    return ops.cast(q, "int8"), delta, ops.cast(zero, "int32")


def dequantize(q, delta, zero=0):
    """The floats that integers stand for.

    w = Δ (Q − o)

    Args:
        q: Q, integers of any shape.
        delta: Δ, which broadcasts to ``q``.
        zero: o, which broadcasts to ``q``; 0 for symmetric quantization.

    Raises:
        ValueError: ``q`` holds floats, or the shapes do not broadcast.
    """
    q, delta, zero = tensor(q), floats(delta), tensor(zero)
    if keras.backend.is_float_dtype(q.dtype):
        raise ValueError(
            f"q holds integers, as quantize returns them, not {keras.backend.standardize_dtype(q.dtype)}."
        )
    require_broadcast("q and delta", q, delta, both=False)
    require_broadcast("q and zero", q, zero, both=False)
    # Δ (Q − o)
    return delta * ops.cast(ops.cast(q, "int32") - ops.cast(zero, "int32"), delta.dtype)


def _axes(w, axis):
    """All axes in place of None, with which ``ops.max`` ignores ``keepdims`` on torch in Keras 3.15.1."""
    return tuple(range(len(w.shape))) if axis is None else axis


def _extreme(largest_or_smallest, w, axis):
    """``ops.max`` or ``ops.min`` with ``keepdims``, and zeros for an empty batch, where two backends raise errors."""
    if 0 in w.shape:
        return 0 * ops.sum(w, axis=axis, keepdims=True)
    return largest_or_smallest(w, axis=axis, keepdims=True)


def _bits(bits):
    if bits not in range(2, 9):
        raise ValueError(f"bits must be an integer from 2 to 8, not {bits!r}.")
    return bits


def _not_zero(delta):
    """1 where all numbers are 0: their Q is 0 with any Δ. NaN and infinity stay, so that nothing hides them."""
    return ops.where(delta == 0, ops.ones_like(delta), delta)
