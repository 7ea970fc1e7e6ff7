"""Depth against width: k layers of two ReLUs make 2^k pieces, and one layer needs 2^k − 1 units for as many (§5.4).

A network of ReLUs is piecewise linear. In one dimension its pieces can be counted exactly, and their number is a
measure of what it can express: it grows in proportion to the width, but as a power of the depth.
"""

from math import comb

import numpy as np

from units.u04_feedforward.network import Layer
from units.u04_feedforward.universal_approximation import hat_network


def sawtooth_network(k):
    """The tent map, applied k times: 2^k straight pieces from 2k hidden units.

    g(x) = 2 max(0, x) − 4 max(0, x − ½) on [0, 1],   f = g ∘ g ∘ … ∘ g

    g maps both halves of the interval onto the whole interval, so each application doubles the number of pieces.

    Args:
        k: number of hidden layers.

    Returns:
        k + 1 ``Layer``s: k hidden ones of two ReLUs, and the sum at the end.

    References: Telgarsky, "Benefits of depth in neural networks", COLT 2016.
    """
    _positive("k", k)
    bias = np.array([0.0, -0.5], "float32")
    first = Layer(np.ones((2, 1), "float32"), bias, "relu")
    tent = np.array([[2.0, -4.0]], "float32")  # g from the two ReLUs of a layer …
    inner = Layer(np.repeat(tent, 2, axis=0), bias, "relu")  # … which the next layer takes as its x
    return [first, *[inner] * (k - 1), Layer(tent, np.zeros(1, "float32"), None)]


def shallow_sawtooth_network(k):
    """The same function with one hidden layer of 2^k ReLUs.

    2^k pieces meet at 2^k − 1 points, and each unit changes the slope at one point. So 2^k − 1 units are enough for
    as many pieces, see ``smallest_width``. The sawtooth takes one unit more for its first slope
    2^k, because the other 2^k − 1 units change the slope by ±2^(k+1) each.

    Args:
        k: logarithm of the number of pieces.

    Returns:
        Two ``Layer``s.
    """
    _positive("k", k)
    knots = np.arange(2**k + 1) / 2**k
    return hat_network(knots, np.arange(2**k + 1) % 2)


def pieces(layers, low, high, tolerance=1e-9):
    """Cut an interval where the slope of a one-dimensional ReLU network changes. Exact up to rounding in float64.

    On an interval where no unit changes its sign all z^[l] are affine functions of x. So the points where the z of a
    unit crosses 0 are added, layer by layer.

    Args:
        layers: ``Layer``s with activation ``"relu"`` or None and one input; the output is one number.
        low, high: the interval.
        tolerance: neighbouring slopes that differ by less, relative to the largest, are one piece.

    Returns:
        ``(points, slopes)``: points of length pieces + 1 from low to high, and the slope between them.

    Raises:
        ValueError: an activation is not piecewise linear, the network is not from ℝ to ℝ, or not low < high.
    """
    if len(layers[0].W[0]) != 1 or len(layers[-1].W) != 1:
        raise ValueError("pieces are counted for networks with one input and one output.")
    if not -np.inf < low < high < np.inf:
        raise ValueError(f"pieces are counted from low to a larger high, not from {low} to {high}.")
    points = np.array([low, high], "float64")
    values = points[:, None]  # (points, units): A^[l] at the points; straight in between
    for W, b, activation in layers:
        if activation not in ("relu", None):
            raise ValueError(f"pieces are counted for ReLU networks, not for {activation!r}.")
        z = values @ np.asarray(W, "float64").T + np.asarray(b, "float64")
        if activation == "relu":
            points, z = _with_crossings(points, z)
            z = np.maximum(z, 0)
        values = z
    slopes = np.diff(values[:, 0]) / np.diff(points)
    changes = np.abs(np.diff(slopes)) > tolerance * max(1.0, np.abs(slopes).max())
    kept = np.concatenate([[True], changes])
    return np.concatenate([points[:-1][kept], points[-1:]]), slopes[kept]


def largest_number_of_pieces(widths):
    """No ReLU network with these hidden widths and one input has more pieces: ∏_l (N_l + 1).

    A layer of N units can divide each piece of its input into at most N + 1.

    Args:
        widths: of the hidden layers.
    """
    # ∏_l (N_l + 1)
    return int(np.prod([int(n) + 1 for n in widths], dtype=object))


def smallest_width(pieces):
    """One hidden layer of ReLUs needs this many units for a number of pieces: N units make at most N + 1.

    Args:
        pieces: at least 1.

    Example:
        >>> smallest_width(1024)
        1023
    """
    _positive("pieces", pieces)
    return int(pieces) - 1


def regions_of_hyperplanes(units, dimensions):
    """The number of regions into which N hyperplanes in general position divide ℝ^d, as one layer of N ReLUs can do.

    ∑_{j=0}^{d} C(N, j)

    References: Zaslavsky, "Facing up to arrangements", 1975.
    """
    # ∑_{j=0}^{d} C(N, j)
    return sum(comb(units, j) for j in range(dimensions + 1))


def _with_crossings(points, z):
    """Add the points between neighbours where a column of z changes its sign; z is straight in between."""
    before, after = z[:-1], z[1:]
    where, unit = np.nonzero(before * after < 0)
    # z = 0 at the share z_before / (z_before − z_after) of the interval
    share = before[where, unit] / (before[where, unit] - after[where, unit])
    new = points[where] + share * (points[where + 1] - points[where])
    new_z = before[where] + share[:, None] * (after[where] - before[where])
    new_z[np.arange(len(unit)), unit] = 0.0  # exactly, so that it is not found again
    every, every_z = np.concatenate([points, new]), np.concatenate([z, new_z])
    order = np.argsort(every, kind="stable")
    every, every_z = every[order], every_z[order]
    apart = np.concatenate([[True], np.diff(every) > 1e-12 * (points[-1] - points[0])])
    return every[apart], every_z[apart]


def _positive(name, value):
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}.")
