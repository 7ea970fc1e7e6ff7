"""Score and probability flow: one differential equation, known exactly for a mixture of Gaussians (§8.2)."""

import numpy as np

METHODS = ("euler", "heun")


def mixture_score(x, t, centers, deviation):
    """∇ log p_t(x) of x_t = (1 − t) x + t ε, if x comes from equally likely N(c, σ² I).

    p_t is a mixture of N((1 − t) c, σ_t² I), σ_t² = (1 − t)² σ² + t²:

    ∇ log p_t(x) = ∑_c w_c(x) ((1 − t) c − x) / σ_t²,   w = softmax(−‖x − (1 − t) c‖² / (2 σ_t²))

    Args:
        x: shape (batch, features).
        t: a time in [0, 1].
        centers: c, shape (modes, features).
        deviation: σ.

    Returns:
        Shape (batch, features).
    """
    x, centers = np.asarray(x, "float64"), (1 - t) * np.asarray(centers, "float64")
    variance = (1 - t) ** 2 * deviation**2 + t**2
    logits = -((x[:, None] - centers) ** 2).sum(axis=-1) / (2 * variance)
    w = np.exp(logits - logits.max(axis=1, keepdims=True))
    # ∑_c w_c(x) ((1 − t) c − x) / σ_t²
    return (w / w.sum(axis=1, keepdims=True) @ centers - x) / variance


def velocity_from_score(x, t, score):
    """The mean velocity E(ε − x | x_t) of the lines of flow matching, t < 1.

    ∇ log p_t(x_t) = −E(ε | x_t) / t,   so that   v = −(x_t + t ∇ log p_t(x_t)) / (1 − t)

    Score, noise and velocity are three forms of one function: a network that has learned one of them gives all three.
    """
    return -(x + t * score) / (1 - t)


def follow(velocity, x, steps, method="euler", start=1.0):
    """Solve dx/dt = v(x, t) from ``start`` to 0 with steps of the same length h.

    Euler   x − h v(x, t)
    Heun    x − h (v(x, t) + v(x', t − h))/2,   x' = x − h v(x, t)

    Args:
        velocity: v, a function of x (batch, features) and a number t.
        x: where to start, shape (batch, features).
        steps: their number.
        method: ``"euler"`` or ``"heun"``.
        start: the time of ``x``.

    Returns:
        All places, shape (steps + 1, batch, features).
    """
    if method not in METHODS:
        raise ValueError(f'method must be "euler" or "heun", not {method!r}.')
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}.")
    h, places = start / steps, [np.asarray(x, "float64")]
    for i in range(steps):
        t, now = start - i * h, places[-1]
        slope = velocity(now, t)
        if method == "heun":
            slope = (slope + velocity(now - h * slope, max(0.0, t - h))) / 2
        places.append(now - h * slope)
    return np.stack(places)


def ddim_step(x, noise, signal, spread, later_signal, later_spread):
    """DDIM without fresh noise, for any weights of data and noise: x_t = signal x + spread ε.

    It is a step of Euler in the variable spread / signal: x_t / signal has the derivative ε with respect to it. With
    signal = 1 − t and spread = t it is also a step of Euler for dx/dt = v.
    """
    clean = (x - spread * noise) / signal
    return later_signal * clean + later_spread * noise
