"""Weights and inputs in int8, sums in int32."""

import numpy as np


def quantize_units(w):
    """Symmetric quantization of a kernel, with one Δ for each unit.

    w_ij ≈ Δ_j Q_ij,   max_i |Q_ij| = 127

    Args:
        w: float32, shape (inputs, units).

    Returns:
        ``(Q, delta)``: int8 of the shape of ``w``, and Δ of shape (units,). For a column of zeros Δ_j = 1.
    """
    largest = np.max(np.abs(w), axis=0)
    delta = np.where(largest > 0, largest / 127, 1.0)
    return np.round(w / delta).astype("int8"), delta


def quantize_inputs(x):
    """Affine quantization of a batch, with one Δ and one zero point for all numbers.

    x ≈ Δ (Q − o): the smallest number becomes −128 and the largest 127, and 0 is exact

    The range is extended to contain 0, if all numbers have the same sign. There is a number that is not 0.

    Args:
        x: float32, shape (batch, inputs).

    Returns:
        ``(Q, delta, zero)``: int8 of the shape of ``x``, Δ and the integer o.
    """
    low, high = min(0.0, float(np.min(x))), max(0.0, float(np.max(x)))
    delta = (high - low) / 255
    zero = int(np.round(-128 - low / delta))
    return np.clip(np.round(x / delta) + zero, -128, 127).astype("int8"), delta, zero


def integer_sum(Q_x, zero, Q):
    """The part of a dense layer that is computed in integers.

    n_ij = ∑_k (Q_x,ik − o) Q_kj

    Args:
        Q_x: int8, shape (batch, inputs).
        zero: o, an integer.
        Q: int8, shape (inputs, units).

    Returns:
        int32, shape (batch, units).
    """
    return (Q_x.astype("int32") - zero) @ Q.astype("int32")


def dense(x, w, b):
    """A dense layer x w + b, computed with the integers of ``quantize_inputs`` and ``quantize_units``.

    Args:
        x: float32, shape (batch, inputs).
        w: float32, shape (inputs, units).
        b: float32, shape (units,).

    Returns:
        Floats, shape (batch, units).
    """
    (Q_x, delta_x, zero), (Q, delta) = quantize_inputs(x), quantize_units(w)
    return delta_x * delta * integer_sum(Q_x, zero, Q) + b


def bound(x, delta):
    """The largest error that the rounding of the weights alone can make in the output of a layer.

    |∑_i x_i w_ij − ∑_i x_i Δ_j Q_ij| ≤ …

    Args:
        x: float32, shape (batch, inputs).
        delta: Δ, shape (units,).

    Returns:
        The smallest bound that holds for all weights with these Δ, shape (batch, units).
    """
    return np.sum(np.abs(x), axis=1, keepdims=True) * delta / 2
