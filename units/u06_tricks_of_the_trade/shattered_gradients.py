"""Shattered gradients: how similar are the gradients at two inputs? (§5.5, §6.5)"""

import numpy as np

from units.u06_tricks_of_the_trade.deep_signals import backward, forward, he


def assumed_correlation(depth, kind):
    """Correlation of the gradients at two inputs, if each ReLU is active at a quarter of the pairs at both inputs.

    A block multiplies the mean of ‖g‖² by ι + ψ²/σ² and that of ⟨g, g′⟩ by ι + ψ²/(2σ²), where σ² is the variance that
    a normalization divides by, and 1 without one:

    plain      1 / 2^L
    residual   ((1 + ψ²/2) / (1 + ψ²))^L,   (3/4)^L for ψ = 1
    residual, normalized   ∏_l (σ_l² + ψ²/2) / (σ_l² + ψ²),   σ_l² = 1 + (l − 1) ψ² (1 − 1/π)

    A normalized block adds 2 ψ² Var(max(0, x)) = ψ² (1 − 1/π) to the variance over the batch, with x from N(0, 1). The
    paper counts the mean of the ReLU too, so that σ_l² = l, and the product is about 1/√L; in both cases it falls like
    a power of L.

    Args:
        depth: L.
        kind: a ``Kind``.

    Returns:
        A number in (0, 1].

    References: Balduzzi, Frean, Leary, Lewis, Ma, McWilliams, "The shattered gradients problem" (2017).
    """
    if not kind.shortcut:
        return 0.5**depth
    square = kind.branch**2
    # σ_l² = 1 + (l − 1) ψ² (1 − 1/π)
    variance = 1 + kind.normalized * np.arange(depth) * square * (1 - 1 / np.pi)
    # ∏_l (σ_l² + ψ²/2) / (σ_l² + ψ²)
    return float(np.prod((variance + square / 2) / (variance + square)))


def expected_correlation(depth, kind, angle=np.pi / 2):
    """Correlation of the gradients at two inputs in very wide networks without normalization.

    The ReLUs are active together as often as the angle t of the signals says, and it shrinks from layer to layer:

    J_0(t) = 1 − t/π,   J_1(t) = (sin t + (π − t) cos t) / π
    correlation: ∏_l (ι + ψ² J_0(t_{l−1})) / (ι + ψ²),   cos t_l = (ι cos t_{l−1} + ψ² J_1(t_{l−1})) / (ι + ψ²)

    Args:
        depth: L.
        kind: a ``Kind`` without normalization.
        angle: t_0, between the two inputs.

    Raises:
        ValueError: the kind is normalized.

    References: Cho and Saul, "Kernel methods for deep learning" (2009), for J_0 and J_1.
    """
    if kind.normalized:
        raise ValueError("This is the formula of networks without normalization.")
    passed, square, correlation = float(kind.shortcut), kind.branch**2, 1.0
    for _ in range(depth):
        # ∏_l (ι + ψ² J_0(t_{l−1})) / (ι + ψ²)
        correlation *= (passed + square * (1 - angle / np.pi)) / (passed + square)
        J_1 = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        # cos t_l = (ι cos t_{l−1} + ψ² J_1(t_{l−1})) / (ι + ψ²)
        angle = np.arccos(np.clip((passed * np.cos(angle) + square * J_1) / (passed + square), -1, 1))
    return float(correlation)


def measured_correlation(depth, kind, rng, width=100, batch=64, networks=10):
    """The same of random networks and random inputs: the mean over pairs of ⟨g_i, g_j⟩, divided by that of ‖g_i‖²."""
    correlations = []
    for _ in range(networks):
        blocks = he(rng, depth, width, width)
        signals = forward(rng.normal(size=(batch, width)), blocks, kind)
        out = np.broadcast_to(rng.normal(size=width), (batch, width))
        g = backward(out, signals, blocks, kind, statistics_fixed=True)[0][0]
        products = g @ g.T
        # the sizes of the gradients of different networks differ much: every network counts the same
        correlations.append(np.mean(products[~np.eye(batch, dtype=bool)]) / np.mean(np.diag(products)))
    return float(np.mean(correlations))


def gradients_on_a_grid(grid, depth, kind, rng, width=100):
    """∂ŷ/∂x of a random network with one input and one output at the points of a grid.

    The first layer is ReLU(w x + b) with its kinks spread over the grid. Without further layers ∂ŷ/∂x is therefore a
    random walk: a new term from every kink.

    Args:
        grid: increasing numbers, shape (points,).
        depth: number of blocks after the first layer, 0 for none.
        kind: of the blocks.
        rng: draws the weights.
        width: units of every layer.

    Returns:
        Array of shape (points,).
    """
    kinks, w = rng.uniform(grid[0], grid[-1], width), rng.normal(size=width)
    a = (grid[:, None] - kinks) * w
    second, blocks = he(rng, width, width), he(rng, depth, width, width)
    signals = forward(np.maximum(a, 0) @ second, blocks, kind)
    out = np.broadcast_to(rng.normal(size=width) / np.sqrt(width), signals[-1].shape)
    g = backward(out, signals, blocks, kind, statistics_fixed=True)[0][0]
    # ∂ŷ/∂x = ∑_k w_k 1[a_k > 0] ∑_j W_kj g_j
    return np.sum((g @ second.T) * (a > 0) * w, axis=1)


def autocorrelation(g, lags):
    """∑_t (g_t − ḡ)(g_{t+lag} − ḡ) / ∑_t (g_t − ḡ)² for lag = 0, …, lags − 1, shape (lags,)."""
    g = g - g.mean()
    return np.array([np.sum(g[: len(g) - lag] * g[lag:]) for lag in range(lags)]) / np.sum(g * g)


def noises(points, rng):
    """White noise, and the brown noise that is its running sum: two arrays (points,)."""
    white = rng.normal(size=points)
    return white, np.cumsum(white)
