"""Derivatives from values of the function: difference quotients, their best step, the complex step (§4.4)."""

import numpy as np


def forward_difference(f, x, step):
    """One step to the right: the error of the formula falls as h.

    C'(x) ≈ (C(x + h) − C(x)) / h

    Args:
        f: a function of a number (or of an array, entry by entry).
        x: where.
        step: h > 0, a number or an array of steps.

    Returns:
        The quotient; h is the step after rounding.
    """
    up = x + _positive(step)
    # (C(x + h) − C(x)) / h, with h after rounding
    return (f(up) - f(x)) / (up - x)


def central_difference(f, x, step):
    """One step to both sides: the error of the formula falls as h².

    C'(x) ≈ (C(x + h) − C(x − h)) / 2h

    Args:
        f: a function of a number.
        x: where.
        step: h > 0, a number or an array of steps.
    """
    up, down = x + _positive(step), x - step
    # (C(x + h) − C(x − h)) / 2h
    return (f(up) - f(down)) / (up - down)


def complex_step(f, x, step=1e-100):
    """A step into the complex plane: the error falls as h², and nothing is subtracted that could cancel.

    C'(x) ≈ Im C(x + ih) / h

    It is similar to forward mode: i h has the role of ω ẋ, and (ih)² is smaller than the rounding error.

    Args:
        f: a function that takes complex numbers and is analytic: no abs, no maximum, no comparison.
        x: where.
        step: h > 0; it may be tiny.

    References: Squire and Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40
    (1998).
    """
    # Im C(x + ih) / h
    return np.imag(f(x + 1j * _positive(step))) / step


def best_forward_step(value, second, epsilon=2.0**-52):
    """The step that balances the formula's error h|C''|/2 with that of rounding, about ε_mach|C|/h.

    h* = √(2 ε_mach |C| / |C''|)

    Args:
        value: C(x).
        second: C''(x), not 0.
        epsilon: the distance from 1 to the next number; by default that of float64.
    """
    # √(2 ε_mach |C| / |C''|)
    return np.sqrt(2 * epsilon * abs(value) / abs(second))


def best_central_step(value, third, epsilon=2.0**-52):
    """The step that balances the formula's error h²|C'''|/6 with that of rounding, about ε_mach|C|/h.

    h* = (3 ε_mach |C| / |C'''|)^{1/3}

    Args:
        value: C(x).
        third: C'''(x), not 0.
        epsilon: the distance from 1 to the next number; by default that of float64.
    """
    # (3 ε_mach |C| / |C'''|)^{1/3}
    return np.cbrt(3 * epsilon * abs(value) / abs(third))


def _positive(step):
    if np.any(np.asarray(step) <= 0):
        raise ValueError("the step h of a difference quotient must be positive.")
    return step
