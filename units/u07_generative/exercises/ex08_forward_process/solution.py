"""The forward process of diffusion: its steps, jumps between any two times, and one step back if the data are known."""

import numpy as np


def betas(alpha_bars):
    """The variance of the noise of each step.

    Args:
        alpha_bars: ᾱ_0, …, ᾱ_{T−1}, shape (T,).

    Returns:
        β_0, …, β_{T−1}, shape (T,).
    """
    before = np.concatenate([[1.0], alpha_bars[:-1]])
    return 1 - alpha_bars / before


def jump(x_s, noise, alpha_bars, s, t):
    """x_t from x_s at an earlier time s, with one draw of noise.

    Args:
        x_s: shape (batch, features).
        noise: from N(0, I), shape (batch, features).
        alpha_bars: shape (T,).
        s, t: times, −1 ≤ s < t; s = −1 stands for the data.

    Returns:
        x_t, shape (batch, features).
    """
    start = 1.0 if s < 0 else alpha_bars[s]
    kept = alpha_bars[t] / start
    return np.sqrt(kept) * x_s + np.sqrt(1 - kept) * noise


def one_step_back(x_0, x_t, alpha_bars, t):
    """Mean and variance of x_{t−1} if x_t and the data x_0 are known.

    Args:
        x_0, x_t: shape (batch, features).
        alpha_bars: shape (T,).
        t: a time, at least 1.

    Returns:
        (mean, variance): shape (batch, features), and a number.
    """
    now, before = alpha_bars[t], alpha_bars[t - 1]
    beta = 1 - now / before
    mean = (np.sqrt(before) * beta * x_0 + np.sqrt(1 - beta) * (1 - before) * x_t) / (1 - now)
    variance = beta * (1 - before) / (1 - now)
    return mean, variance


def first_time_below(alpha_bars, ratio):
    """The first time at which the data's part of x_t has less than ``ratio`` times the variance of the noise.

    Args:
        alpha_bars: falling, shape (T,); the data have the variance 1.
        ratio: a positive number.

    Returns:
        The time, an integer; T if there is none.
    """
    below = alpha_bars / (1 - alpha_bars) < ratio
    return int(np.argmax(below)) if below.any() else len(alpha_bars)
