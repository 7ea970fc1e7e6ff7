"""Two tests of convexity: the chords of the graph, and the Hessian (§4.1)."""

import numpy as np
from keras import ops

from units.u03_optimization.stationary_points import eigenvalues


def chord_gap(f, x, y, weight):
    """The height of the chord between two points of the graph above the graph.

    gap = η C(x) + (1 − η) C(y) − C(η x + (1 − η) y),   0 ≤ η ≤ 1

    C is convex if the gap is never negative, whatever x, y and η.

    Args:
        f: a function from (..., features) to (...).
        x: one end, shape (..., features).
        y: the other end, shape (..., features).
        weight: η, shape (...), or one number for all.

    Returns:
        The gap, shape (...).

    Raises:
        ValueError: a weight outside [0, 1], or not one weight for each pair of points.

    Example:
    >>> ops.convert_to_numpy(chord_gap(lambda t: t[..., 0] ** 2, [[-1.0]], [[1.0]], [0.5]))
    array([1.], dtype=float32)
    """
    x, y, weight = (ops.convert_to_tensor(np.asarray(v, "float32")) for v in (x, y, weight))
    if bool(ops.any(weight < 0)) or bool(ops.any(weight > 1)):
        raise ValueError("the weight η of a chord must lie between 0 and 1.")
    if len(weight.shape) and tuple(weight.shape) != tuple(x.shape[:-1]):
        raise ValueError(
            f"the weight η has shape {tuple(weight.shape)}; points of shape {tuple(x.shape)} need "
            f"{tuple(x.shape[:-1])}."
        )
    w = ops.expand_dims(weight, -1)
    # η C(x) + (1 − η) C(y) − C(η x + (1 − η) y)
    return weight * f(x) + (1 - weight) * f(y) - f(w * x + (1 - w) * y)


def share_below_graph(f, domain, rng, chords=2000):
    """The share of random chords that run below the graph: 0 for a convex function.

    A share above 0 disproves convexity on the domain. A share of 0 is no proof, but with many chords it is likely.

    Args:
        f: a function from (..., features) to (...).
        domain: (low, high) for each of the d coordinates.
        rng: ``numpy.random.Generator``.
        chords: how many chords; each is tested at one point.

    Returns:
        A number between 0 and 1. A gap as small as float32's rounding does not count.
    """
    low, high = np.asarray(domain, "float64").T
    x, y = rng.uniform(low, high, size=(2, chords, len(low)))
    weight = rng.uniform(size=chords)
    gap = ops.convert_to_numpy(chord_gap(f, x, y, weight))
    ends = np.stack([ops.convert_to_numpy(f(ops.convert_to_tensor(v.astype("float32")))) for v in (x, y)])
    return float(np.mean(gap < -1e-5 * np.abs(ends).max(axis=0)))


def is_positive_semidefinite(H, tolerance=1e-5):
    """Whether no eigenvalue of a symmetric matrix is negative.

    C is convex ⟺ H(θ) is positive semidefinite for all θ

    Args:
        H: of shape (features, features).
        tolerance: what counts as zero, relative to the largest eigenvalue in absolute value.

    Returns:
        True or False.
    """
    values = eigenvalues(H)
    return bool(values[0] >= -tolerance * np.abs(values).max())
