"""DDIM: a step between any two times, the same step backwards, and a sampler whose network is known exactly."""

import numpy as np


# given
def _kept(alpha_bars, t):
    """ᾱ_t, which is 1 for t = −1: the data."""
    return 1.0 if t < 0 else alpha_bars[t]


def times(T, steps):
    """The times of a sampler: steps + 1 integers from T − 1 down to −1, t_i = T − 1 − ⌊i T / steps⌋.

    Args:
        T: steps of the training.
        steps: steps of the sampler, at most T.

    Returns:
        Integers, shape (steps + 1,).
    """
    return T - 1 - np.arange(steps + 1) * T // steps


def step(x_t, noise, alpha_bars, t, s, rho):
    """Where one step from t to an earlier time s leads: mean and deviation of x_s.

    Args:
        x_t: shape (batch, features).
        noise: the network's estimate of the noise in x_t, shape (batch, features).
        alpha_bars: shape (T,).
        t, s: times, −1 ≤ s < t.
        rho: ρ, share of fresh noise, from 0 to 1.

    Returns:
        (mean, σ): shape (batch, features), and a number.
    """
    now, then = _kept(alpha_bars, t), _kept(alpha_bars, s)
    clean = (x_t - np.sqrt(1 - now) * noise) / np.sqrt(now)
    sigma = rho * np.sqrt((1 - then) / (1 - now)) * np.sqrt(1 - now / then)
    mean = np.sqrt(then) * clean + np.sqrt(1 - then - sigma**2) * noise
    return mean, sigma


def backwards(x_s, noise, alpha_bars, s, t):
    """The x_t from which a step with ρ = 0 and this noise leads to x_s.

    Args:
        x_s, noise: shape (batch, features).
        alpha_bars: shape (T,).
        s, t: times, −1 ≤ s < t.

    Returns:
        x_t, shape (batch, features).
    """
    now, then = _kept(alpha_bars, t), _kept(alpha_bars, s)
    clean = (x_s - np.sqrt(1 - then) * noise) / np.sqrt(then)
    return np.sqrt(now) * clean + np.sqrt(1 - now) * noise


def sample(x, alpha_bars, at, mu, width):
    """Samples by DDIM with ρ = 0, if the data are N(μ, w²) and the network is the best possible one.

    Args:
        x: noise at the first time, shape (batch, features).
        alpha_bars: shape (T,).
        at: the times, falling, the last one −1.
        mu, width: mean and deviation of each feature of the data.

    Returns:
        Samples, shape (batch, features).
    """
    for i in range(len(at) - 1):
        kept = alpha_bars[at[i]]
        variance = kept * width**2 + 1 - kept
        noise = np.sqrt(1 - kept) * (x - np.sqrt(kept) * mu) / variance
        x, _ = step(x, noise, alpha_bars, at[i], at[i + 1], 0.0)
    return x
