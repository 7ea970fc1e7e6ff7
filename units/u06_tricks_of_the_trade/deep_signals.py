"""Signals and gradients of a deep network with or without shortcuts, by hand in NumPy (§5.5, §6.5)."""

from typing import NamedTuple

import numpy as np

EPSILON = 1e-3  # under the root of a normalization


class Kind(NamedTuple):
    """How the blocks of a network look: with a shortcut? normalized? and the factor of the branch."""

    shortcut: bool
    normalized: bool
    branch: float


def kinds(depth):
    """The four kinds that the unit compares: name → ``Kind``.

    Without normalization each block with a shortcut doubles the variance of the signal; a branch with the factor
    1/√L makes it (1 + 1/L)^L < e instead of 2^L.
    """
    return {
        "plain": Kind(shortcut=False, normalized=False, branch=1.0),
        "plain, batch norm": Kind(shortcut=False, normalized=True, branch=1.0),
        "residual, 1/√L": Kind(shortcut=True, normalized=False, branch=depth**-0.5),
        "residual, batch norm": Kind(shortcut=True, normalized=True, branch=1.0),
    }


def he(rng, *shape):
    """Weights N(0, 2 / inputs); the last two axes are (inputs, units)."""
    return rng.normal(size=shape) * np.sqrt(2 / shape[-2])


def forward(a, blocks, kind):
    """The signals a_0, …, a_L of a batch.

    a_l = s a_{l−1} + c S(N(a_{l−1})) W_l,   S = ReLU, N the identity or batch normalization

    Args:
        a: a_0, shape (batch, units).
        blocks: W_1, …, W_L, shape (layers, units, units).
        kind: a ``Kind``: s is 1 with a shortcut and 0 without, c is the factor of the branch.

    Returns:
        A list of L + 1 arrays.
    """
    signals = [a]
    for W in blocks:
        # a_l = s a_{l−1} + c S(N(a_{l−1})) W_l
        new = kind.branch * np.maximum(_normalize(a, kind)[0], 0) @ W
        a = a + new if kind.shortcut else new
        signals.append(a)
    return signals


def backward(delta, signals, blocks, kind, statistics_fixed=False):
    """The gradients by all signals and all weights.

    δ_{l−1} = s δ_l + c N'(S'(N(a_{l−1})) ∘ δ_l W_lᵀ),   ∂C/∂W_l = c S(N(a_{l−1}))ᵀ δ_l

    Args:
        delta: δ_L = ∂C/∂a_L, shape (batch, units).
        signals: what ``forward`` returned.
        blocks: shape (layers, units, units).
        kind: a ``Kind``.
        statistics_fixed: whether N is a fixed map, as at inference, or its mean and deviation depend on the batch.

    Returns:
        Two lists: δ_0, …, δ_L and ∂C/∂W_1, …, ∂C/∂W_L.
    """
    deltas, gradients = [delta], []
    for a, W in zip(signals[-2::-1], blocks[::-1], strict=True):
        normal, deviation = _normalize(a, kind)
        # ∂C/∂W_l = c S(N(a_{l−1}))ᵀ δ_l
        gradients.append(kind.branch * np.maximum(normal, 0).T @ delta)
        # δ_{l−1} = s δ_l + c N'(S'(N(a_{l−1})) ∘ δ_l W_lᵀ)
        g = (normal > 0) * (delta @ W.T)
        if kind.normalized:
            if not statistics_fixed:
                g = g - g.mean(axis=0) - normal * (g * normal).mean(axis=0)
            g = g / deviation
        delta = delta + kind.branch * g if kind.shortcut else kind.branch * g
        deltas.append(delta)
    return deltas[::-1], gradients[::-1]


def _normalize(a, kind):
    """N(a), and the standard deviation of every unit over the batch."""
    if not kind.normalized:
        return a, None
    deviation = np.sqrt(a.var(axis=0) + EPSILON)
    return (a - a.mean(axis=0)) / deviation, deviation
