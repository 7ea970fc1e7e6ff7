"""Gradient steps of two players: simultaneous, alternating, extragradient, optimistic (§8.3)."""

import numpy as np

METHODS = ("simultaneous", "alternating", "extragradient", "optimistic")


def play(gradients, theta, phi, eta, steps, method="simultaneous"):
    """The path of two players in the game min_θ max_φ V(θ, φ).

    With g = ∇_θ V and h = ∇_φ V at the places that are named:

    - simultaneous:   θ ← θ − η g(θ, φ),   φ ← φ + η h(θ, φ)
    - alternating:    θ' = θ − η g(θ, φ),   φ ← φ + η h(θ', φ)
    - extragradient:  a simultaneous step leads to (θ', φ'); then θ ← θ − η g(θ', φ'),   φ ← φ + η h(θ', φ')
    - optimistic:     θ_{t+1} = θ_t − η (2 g_t − g_{t−1}),   φ_{t+1} = φ_t + η (2 h_t − h_{t−1})

    Args:
        gradients: a function (θ, φ) → (g, h) of arrays.
        theta: θ at the start, shape (features,).
        phi: φ at the start, shape (features of φ,).
        eta: η.
        steps: number of steps.
        method: one of the four names above.

    Returns:
        All places from the start on, shape (steps + 1, features of θ and φ).

    Example:
        >>> path = play(lambda theta, phi: (phi, theta), [1.0], [0.0], 0.1, 100, "extragradient")  # V = θ φ

    References: Korpelevich, "The extragradient method for finding saddle points" (1976); Daskalakis et al., "Training
    GANs with optimism" (2018); Gidel et al., "A variational inequality perspective on GANs" (2019).
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}.")
    theta, phi = np.array(theta, "float64"), np.array(phi, "float64")
    before = None
    path = [np.concatenate([theta, phi])]
    for _ in range(steps):
        g, h = map(np.asarray, gradients(theta, phi))
        if method == "alternating":
            h = np.asarray(gradients(theta - eta * g, phi)[1])
        elif method == "extragradient":
            g, h = map(np.asarray, gradients(theta - eta * g, phi + eta * h))
        elif method == "optimistic":
            now = g, h
            if before is not None:
                g, h = 2 * g - before[0], 2 * h - before[1]
            before = now
        theta, phi = theta - eta * g, phi + eta * h
        path.append(np.concatenate([theta, phi]))
    return np.array(path)


def growth_factor(sigma, eta, method="simultaneous"):
    """By how much a step multiplies the distance to the solution of V = σ θ φ, in the long run.

    A step is a linear map of (θ, φ), and for optimistic steps a linear map of the last two places. The largest absolute
    value of its eigenvalues m is

    - simultaneous: √(1 + (ησ)²), above 1 for every η: the spiral leads away
    - alternating: 1 for ησ ≤ 2; for ησ < 2 the path stays on an ellipse
    - extragradient: √(1 − (ησ)² + (ησ)⁴), below 1 for ησ < 1
    - optimistic: that of the larger root of m² − (1 + 2 i ησ) m + i ησ, below 1 for ησ < 1/√3

    Args:
        sigma: σ, a number or an array.
        eta: η.
        method: as in ``play``.
    """
    product = np.asarray(sigma, "float64") * eta  # ησ
    if method == "simultaneous":
        return np.sqrt(1 + product**2)
    if method == "alternating":
        # m² − (2 − (ησ)²) m + 1 = 0
        return _largest_root(-(2 - product**2), np.ones_like(product))
    if method == "extragradient":
        return np.sqrt(1 - product**2 + product**4)
    if method == "optimistic":
        return _largest_root(-(1 + 2j * product), 1j * product)
    raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}.")


def _largest_root(b, c):
    """The largest absolute value of the roots of m² + b m + c = 0."""
    root = np.sqrt(b**2 - 4 * c + 0j)
    return np.maximum(np.abs(-b + root), np.abs(-b - root)) / 2
