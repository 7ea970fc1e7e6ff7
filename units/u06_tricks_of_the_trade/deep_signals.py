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

    a_l = ι a_{l−1} + ψ S(norm(a_{l−1})) W_l,   S = ReLU, norm the identity or batch normalization

    Args:
        a: a_0, shape (batch, units).
        blocks: W_1, …, W_L, shape (layers, units, units).
        kind: a ``Kind``: ι is 1 with a shortcut and 0 without, ψ is the factor of the branch.

    Returns:
        A list of L + 1 arrays.
    """
    signals = [a]
    for W in blocks:
        # a_l = ι a_{l−1} + ψ S(norm(a_{l−1})) W_l
        new = kind.branch * np.maximum(_normalize(a, kind)[0], 0) @ W
        a = a + new if kind.shortcut else new
        signals.append(a)
    return signals


def backward(g, signals, blocks, kind, statistics_fixed=False):
    """The gradients by all signals and all weights.

    g_l = ∂C/∂a_l,   ∂C/∂W_l = ψ S(norm(a_{l−1}))ᵀ g_l
    g_{l−1} = ι g_l + ψ norm'(S'(norm(a_{l−1})) ∘ g_l W_lᵀ)

    Args:
        g: g_L, shape (batch, units).
        signals: what ``forward`` returned.
        blocks: shape (layers, units, units).
        kind: a ``Kind``.
        statistics_fixed: whether norm is a fixed map, as at inference, or its mean and deviation depend on the batch.

    Returns:
        Two lists: g_0, …, g_L and ∂C/∂W_1, …, ∂C/∂W_L.
    """
    by_signals, by_weights = [g], []
    for a, W in zip(signals[-2::-1], blocks[::-1], strict=True):
        normal, deviation = _normalize(a, kind)
        # ∂C/∂W_l = ψ S(norm(a_{l−1}))ᵀ g_l
        by_weights.append(kind.branch * np.maximum(normal, 0).T @ g)
        # g_{l−1} = ι g_l + ψ norm'(S'(norm(a_{l−1})) ∘ g_l W_lᵀ)
        new = (normal > 0) * (g @ W.T)
        if kind.normalized:
            if not statistics_fixed:
                new = new - new.mean(axis=0) - normal * (new * normal).mean(axis=0)
            new = new / deviation
        g = g + kind.branch * new if kind.shortcut else kind.branch * new
        by_signals.append(g)
    return by_signals[::-1], by_weights[::-1]


def _normalize(a, kind):
    """norm(a), and the standard deviation of every unit over the batch."""
    if not kind.normalized:
        return a, None
    deviation = np.sqrt(a.var(axis=0) + EPSILON)
    return (a - a.mean(axis=0)) / deviation, deviation
