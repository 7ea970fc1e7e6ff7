"""A numerical gradient from values of the loss, to check a gradient that was derived by hand (§3.2)."""

import numpy as np


def numerical_gradient(f, theta, step=None):
    """Central differences, one coordinate at a time.

    ∂f/∂θ_j ≈ (f(θ + h e_j) − f(θ − h e_j)) / 2h

    The truncation error is of order h², the rounding error of order ε/h; their sum is least near h = ε^{1/3} and is
    then of order ε^{2/3}: about 4e-11 in float64 but only 2e-5 in float32. To check more than four digits use float64
    (NumPy). Each parameter takes 2 evaluations of f, which is too slow for training.

    Args:
        f: a function of one array of the shape and type of ``theta`` that returns a number.
        theta: the point θ, a NumPy array of floats of any shape.
        step: h; by default ε^{1/3} max(1, |θ_j|) with the ε of the type of ``theta``.

    Returns:
        A float64 array of the shape of ``theta``.

    Raises:
        TypeError: ``theta`` is not an array of floats: h would be rounded away.

    Example:
    >>> numerical_gradient(lambda t: (t**2).sum(), np.array([1.0, 2.0]))
    array([2., 4.])
    """
    theta = np.asarray(theta)
    if not np.issubdtype(theta.dtype, np.floating):
        raise TypeError(f"numerical_gradient needs an array of floats, not of {theta.dtype}.")
    gradient = np.empty(theta.shape, "float64")
    # ε^{1/3}
    cube_root = np.finfo(theta.dtype).eps ** (1 / 3)
    for j in np.ndindex(theta.shape):
        h = cube_root * max(1.0, abs(float(theta[j]))) if step is None else step
        up, down = theta.copy(), theta.copy()
        up[j] += h
        down[j] -= h
        # (f(θ + h e_j) − f(θ − h e_j)) / 2h, with the rounded θ ± h in place of h
        gradient[j] = (float(f(up)) - float(f(down))) / (float(up[j]) - float(down[j]))
    return gradient


def relative_error(a, b):
    """The relative difference of two gradients.

    ‖a − b‖ / max(‖a‖, ‖b‖), and 0 if both are 0

    Args:
        a: one gradient, or a list of arrays (weights, biases …).
        b: the other one, of the same shapes.

    Returns:
        A Python float: about 1e-8 or less means that they agree in float64, above 1e-2 there is a mistake. NaN if an
        entry is NaN.

    Raises:
        ValueError: the numbers of entries differ.
    """
    a, b = _flat(a), _flat(b)
    if a.shape != b.shape:
        raise ValueError(
            f"The gradients have {a.size} and {b.size} entries: they must be of the same parameters."
        )
    # ‖a − b‖ / max(‖a‖, ‖b‖)
    scale = np.maximum(np.linalg.norm(a), np.linalg.norm(b))  # NaN if one is; max(0, NaN) is 0
    return 0.0 if scale == 0 else float(np.linalg.norm(a - b) / scale)


def _flat(arrays):
    parts = arrays if isinstance(arrays, (list, tuple)) else [arrays]
    return np.concatenate([np.asarray(part, "float64").ravel() for part in parts])
