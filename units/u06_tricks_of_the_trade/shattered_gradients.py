"""Shattered gradients: how similar are the gradients at two inputs? (§5.5, §6.5)"""

import numpy as np

from units.u06_tricks_of_the_trade.deep_signals import backward, forward, he


def assumed_correlation(depth, kind):
    """Correlation of the gradients at two inputs, if each ReLU is active at a quarter of the pairs at both inputs.

    A block multiplies the variance of the gradient by s + c²/v and its covariance by s + c²/(2v), where v is the
    variance that a normalization divides by, and 1 without one:

    plain      1 / 2^L
    residual   ((1 + c²/2) / (1 + c²))^L,   (3/4)^L for c = 1
    residual, normalized   ∏_l (v_l + c²/2) / (v_l + c²),   v_l = 1 + (l − 1) c² (1 − 1/π)

    A normalized block adds 2 c² Var(max(0, ξ)) = c² (1 − 1/π) to the variance over the batch, with ξ from N(0, 1). The
    paper counts the mean of the ReLU too, so that v_l = l, and the product is about 1/√L; in both cases it falls like
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
    c2 = kind.branch**2
    # v_l = 1 + (l − 1) c² (1 − 1/π)
    v = 1 + kind.normalized * np.arange(depth) * c2 * (1 - 1 / np.pi)
    # ∏_l (v_l + c²/2) / (v_l + c²)
    return float(np.prod((v + c2 / 2) / (v + c2)))


def expected_correlation(depth, kind, cosine=0.0):
    """Correlation of the gradients at two inputs in very wide networks without normalization.

    The ReLUs are active together as often as the angle of the signals says, and the angle shrinks from layer to layer:

    κ₀(r) = 1 − arccos(r) / π,   κ₁(r) = (√(1 − r²) + r (π − arccos r)) / π
    correlation: ∏_l (s + c² κ₀(r_{l−1})) / (s + c²),   r_l = (s r_{l−1} + c² κ₁(r_{l−1})) / (s + c²)

    Args:
        depth: L.
        kind: a ``Kind`` without normalization.
        cosine: r_0, of the angle between the two inputs.

    References: Cho and Saul, "Kernel methods for deep learning" (2009), for κ₀ and κ₁.
    """
    if kind.normalized:
        raise ValueError("This is the formula of networks without normalization.")
    s, c2, r, correlation = float(kind.shortcut), kind.branch**2, cosine, 1.0
    for _ in range(depth):
        angle = np.arccos(np.clip(r, -1, 1))
        # ∏_l (s + c² κ₀(r_{l−1})) / (s + c²)
        correlation *= (s + c2 * (1 - angle / np.pi)) / (s + c2)
        # r_l = (s r_{l−1} + c² κ₁(r_{l−1})) / (s + c²)
        r = (s * r + c2 * (np.sin(angle) + r * (np.pi - angle)) / np.pi) / (s + c2)
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
    """∂f/∂x of a random network with one input and one output at the points of a grid.

    The first layer is ReLU(w x + b) with its kinks spread over the grid. Without further layers ∂f/∂x is therefore a
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
    z = (grid[:, None] - kinks) * w
    V, blocks = he(rng, width, width), he(rng, depth, width, width)
    signals = forward(np.maximum(z, 0) @ V, blocks, kind)
    out = np.broadcast_to(rng.normal(size=width) / np.sqrt(width), signals[-1].shape)
    delta = backward(out, signals, blocks, kind, statistics_fixed=True)[0][0]
    # ∂f/∂x = ∑_j δ_j V_kj 1[z_k > 0] w_k
    return np.sum((delta @ V.T) * (z > 0) * w, axis=1)


def autocorrelation(g, lags):
    """∑_t (g_t − ḡ)(g_{t+lag} − ḡ) / ∑_t (g_t − ḡ)² for lag = 0, …, lags − 1, shape (lags,)."""
    g = g - g.mean()
    return np.array([np.sum(g[: len(g) - lag] * g[lag:]) for lag in range(lags)]) / np.sum(g * g)


def noises(points, rng):
    """White noise, and the brown noise that is its running sum: two arrays (points,)."""
    white = rng.normal(size=points)
    return white, np.cumsum(white)
