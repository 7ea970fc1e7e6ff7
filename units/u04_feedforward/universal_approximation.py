"""Networks with given weights: one hidden layer approximates f with any precision (§5.4).

A steep sigmoid is nearly a step, the difference of two steps a bump, and a sum of bumps a staircase: with N hidden
units the error for a smooth f decreases as 1/N. ReLUs give hats instead of bumps, a piecewise linear interpolant: 1/N².
"""

import numpy as np

from units.u04_feedforward.network import Layer


def staircase_network(edges, heights, steepness):
    """A hidden layer of sigmoids, one at each edge, whose sum is a smooth staircase.

    f_N(x) = h_0 + ∑_{i=1}^{N} (h_i − h_{i−1}) σ_Sig(ω (x − e_i)),   f_N → the step function as ω → ∞

    Args:
        edges: e_1 < … < e_N: where the stairs are.
        heights: h_0, …, h_N: the value before the first edge, between the edges, after the last.
        steepness: ω.

    Returns:
        Two ``Layer``s: W^[1] = ω 1, b^[1] = −ω e, and W^[2] with the differences of the heights.

    Raises:
        ValueError: the edges do not ascend, the lengths do not fit, or ω is not positive.

    References: §5.4; Cybenko, "Approximation by superpositions of a sigmoidal function", 1989.
    """
    edges, heights = _ascending("edges", edges), np.asarray(heights, "float64")
    if heights.shape != (len(edges) + 1,):
        raise ValueError(f"{len(edges)} edges have {len(edges) + 1} heights, got shape {heights.shape}.")
    if not steepness > 0:
        raise ValueError(f"steepness must be positive, got {steepness}.")
    # σ_Sig(ω (x − e_i))
    hidden = Layer(np.full((len(edges), 1), steepness), -steepness * edges, "sigmoid")
    return _as_float32([hidden, Layer(np.diff(heights)[None, :], heights[:1], None)])


def bump_network(left, right, height, steepness):
    """Two sigmoids that make a bump: up at the left edge, down at the right one.

    f(x) = h (σ_Sig(ω (x − l)) − σ_Sig(ω (x − r)))

    Args:
        left: l.
        right: r > l.
        height: h.
        steepness: ω.

    Returns:
        Two ``Layer``s.
    """
    return staircase_network([left, right], [0.0, height, 0.0], steepness)


def bump_2d_network(left, right, steepness):
    """A bump over a rectangle of the plane: four sigmoids, and one that is 1 only if all four are nearly 1.

    a = (σ_Sig(ω (x_1 − l_1)), σ_Sig(ω (r_1 − x_1)), σ_Sig(ω (x_2 − l_2)), σ_Sig(ω (r_2 − x_2)))
    f(x) = σ_Sig(ω (∑_j a_j − 3.5))

    In two dimensions the sum of two pairs of steps is a cross; the second layer keeps only its centre.

    Args:
        left: (l_1, l_2).
        right: (r_1, r_2).
        steepness: ω.

    Returns:
        Two ``Layer``s, for inputs (batch, 2).
    """
    (l1, l2), (r1, r2) = left, right
    if not (l1 < r1 and l2 < r2):
        raise ValueError(f"left must lie below right in both coordinates, got {left} and {right}.")
    if not steepness > 0:
        raise ValueError(f"steepness must be positive, got {steepness}.")
    W = steepness * np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    b = steepness * np.array([-l1, r1, -l2, r2])
    # σ_Sig(ω (∑_j a_j − 3.5))
    top = Layer(np.full((1, 4), steepness), np.array([-3.5 * steepness]), "sigmoid")
    return _as_float32([Layer(W, b, "sigmoid"), top])


def hat_network(knots, values):
    """A hidden layer of ReLUs that interpolates the points linearly.

    f_N(x) = y_0 + ∑_{i=0}^{N−1} (s_i − s_{i−1}) max(0, x − t_i),   s_i = (y_{i+1} − y_i)/(t_{i+1} − t_i),   s_{−1} = 0

    Each ReLU changes the slope at its knot. The interpolant is ∑ y_i hat_i(x) with hats of height 1 at t_i that
    reach to the neighbouring knots. Left of t_0 it is constant, right of t_N it continues with the last slope.

    Args:
        knots: t_0 < … < t_N.
        values: y_0, …, y_N.

    Returns:
        Two ``Layer``s with N hidden units.

    Raises:
        ValueError: the knots do not ascend, are fewer than two, or there is not one value for each.
    """
    knots, values = _ascending("knots", knots), np.asarray(values, "float64")
    if len(knots) < 2 or values.shape != knots.shape:
        raise ValueError(f"hats need at least two knots and a value for each, got {len(knots)} knots.")
    # s_i = (y_{i+1} − y_i)/(t_{i+1} − t_i)
    slopes = np.diff(values) / np.diff(knots)
    # max(0, x − t_i)
    hidden = Layer(np.ones((len(slopes), 1)), -knots[:-1], "relu")
    return _as_float32([hidden, Layer(np.diff(slopes, prepend=0.0)[None, :], values[:1], None)])


def staircase_of(f, low, high, width, sharpness=20.0):
    """Approximate f on [low, high] by ``width`` stairs as high as f in their middles.

    The first stair begins at ``low``, so that there are width − 1 edges between stairs.

    Args:
        f: a function of a NumPy array.
        low, high: the interval.
        width: number of stairs; the network has width − 1 hidden units.
        sharpness: ω times the length of a stair.
    """
    edges = np.linspace(low, high, width + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    return staircase_network(edges[1:-1], f(middles), sharpness * width / (high - low))


def hats_of(f, low, high, width):
    """Interpolate f on [low, high] with ``width`` ReLUs at equally spaced knots."""
    knots = np.linspace(low, high, width + 1)
    return hat_network(knots, f(knots))


def _ascending(name, values):
    values = np.asarray(values, "float64")
    if values.ndim != 1 or not (np.diff(values) > 0).all():
        raise ValueError(f"{name} must ascend, one after the other.")
    return values


def _as_float32(layers):
    return [Layer(W.astype("float32"), b.astype("float32"), activation) for W, b, activation in layers]
