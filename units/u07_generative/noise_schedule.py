"""Noise schedules: how much of the data is left at each time (§8.2)."""

import numpy as np


def linear_schedule(T, first=1e-4, last=0.02):
    """ᾱ_t = ∏_{s ≤ t} (1 − β_s), where β_t rises along a line.

    The two ends belong to T = 1000. For another T they are multiplied by 1000/T, so that ᾱ_{T−1} is about the same.

    Args:
        T: number of steps, at least 20.
        first, last: β_0 and β_{T−1} for T = 1000.

    Returns:
        ᾱ_0, …, ᾱ_{T−1}, a float64 array (T,).

    References: Ho, Jain and Abbeel, "Denoising diffusion probabilistic models" (2020).
    """
    if T < 20:
        raise ValueError(f"A linear schedule needs at least 20 steps, not {T}.")
    beta = np.linspace(first, last, T) * 1000 / T
    # ᾱ_t = ∏_{s ≤ t} (1 − β_s)
    return np.cumprod(1 - np.minimum(beta, 0.999))


def cosine_schedule(T, offset=0.008):
    """ᾱ_t = f(t + 1) / f(0),   f(k) = cos²( (k/T + offset) / (1 + offset) · π/2 ),   with β_t ≤ 0.999.

    A linear schedule destroys an image in the first half of the steps; here ᾱ_t falls almost evenly.

    Args:
        T: number of steps, at least 1.
        offset: keeps β_0 away from 0.

    Returns:
        ᾱ_0, …, ᾱ_{T−1}, a float64 array (T,).

    References: Nichol and Dhariwal, "Improved denoising diffusion probabilistic models" (2021).
    """
    if T < 1:
        raise ValueError(f"A schedule needs at least one step, not {T}.")
    f = np.cos((np.arange(T + 1) / T + offset) / (1 + offset) * np.pi / 2) ** 2
    # β_t = 1 − f(t + 1) / f(t), at most 0.999
    return np.cumprod(1 - np.minimum(1 - f[1:] / f[:-1], 0.999))


def signal_to_noise(alpha_bars):
    """ᾱ_t / (1 − ᾱ_t): the variance of the data's part of x_t over that of the noise's part."""
    alpha_bars = np.asarray(alpha_bars, "float64")
    return alpha_bars / (1 - alpha_bars)


SCHEDULES = {"linear": linear_schedule, "cosine": cosine_schedule}
