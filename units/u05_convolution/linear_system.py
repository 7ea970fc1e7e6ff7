"""Linear time-invariant systems: the response to one impulse says everything (§6.2).

A system turns a signal into a signal. It is linear if sums and multiples go through it, and time invariant if a delayed
input gives the delayed output. Then x = ∑_t x_t δ(· − t) goes to ∑_t x_t w(· − t), where w is the response to the unit
impulse δ. That sum is the convolution x ∗ w.
"""

import numpy as np


def impulse_response(system, size):
    """The output of a system for the unit impulse δ = (1, 0, 0, …).

    Args:
        system: a function from a signal to a signal.
        size: number of positions of the signal.
    """
    impulse = np.zeros(size)
    impulse[0] = 1
    return np.asarray(system(impulse))


def superposition(x, w):
    """The output of the linear time-invariant system with impulse response w, one shifted copy of w for each input.

    z = ∑_t x_t · (w delayed by t)

    Args:
        x: a signal, (size,).
        w: an impulse response, (kernel,).

    Returns:
        ``(z, copies)``: z of size n + k − 1, and the copies (n, n + k − 1) whose sum it is.
    """
    x, w = np.asarray(x, "float64"), np.asarray(w, "float64")
    copies = np.zeros((len(x), len(x) + len(w) - 1))
    for t, value in enumerate(x):
        copies[t, t : t + len(w)] = value * w
    # z = ∑_t x_t w(· − t)
    return copies.sum(axis=0), copies


def gap_to_linearity(system, first, second, a=2.0, b=-3.0):
    """max |system(a x + b y) − a system(x) − b system(y)|: 0 for a linear system."""
    together = system(a * first + b * second)
    return np.abs(together - a * system(first) - b * system(second)).max()


def gap_to_time_invariance(system, x, delay):
    """max |system(x delayed) − system(x) delayed| for a signal that ends with ``delay`` zeros."""
    later = np.concatenate([np.zeros(delay), x[: len(x) - delay]])
    now, then = np.asarray(system(x)), np.asarray(system(later))
    return np.abs(then[delay:] - now[: len(now) - delay]).max()
