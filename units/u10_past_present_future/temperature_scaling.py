"""One number for a whole network: divide its logits so that its probabilities become honest (§8.5)."""

import numpy as np
from scipy.special import softmax

from course.validation import array
from units.u10_past_present_future.calibration import labels_and_scores


def fit_temperature(y, z, steps=50, tolerance=1e-10):
    """The temperature with the smallest cross-entropy on data that were not used for training.

    C(s) = (1/n) ∑_i (log ∑_k e^{s z_{ik}} − s z_{i, y_i}),   s = 1/τ
    C'(s) = (1/n) ∑_i (E_i[z_i] − z_{i, y_i}),   C''(s) = (1/n) ∑_i Var_i[z_i] ≥ 0

    Expectation and variance of sample i are those of its logits under softmax(s z_i). C is convex in s, so Newton's
    method finds the only minimum; a step that does not lower C is halved.

    Args:
        y: class numbers, shape (batch,).
        z: logits, shape (batch, classes).
        steps: at most so many.
        tolerance: stop when |C'| is below.

    Returns:
        τ, a float. The order of the classes does not change, so the accuracy stays.

    Raises:
        ValueError: every sample is classified right by any positive factor, so that the best τ is 0: take more data;
            or the logits are worse than no logits at all, so that no positive τ is best.
    """
    y, z = labels_and_scores(y, z, "z")
    z = z - z.max(axis=1, keepdims=True)
    own = z[np.arange(len(z)), y]
    if np.all(own == 0):
        raise ValueError("Every sample is classified right: the best temperature is 0. Use more data.")

    def cost(s):
        return np.mean(np.log(np.exp(s * z).sum(axis=1)) - s * own)

    s = 1.0
    for _ in range(steps):
        p = softmax(s * z, axis=1)
        mean = np.sum(p * z, axis=1)
        # C'(s) = (1/n) ∑_i (E_i[z_i] − z_{i, y_i}),   C''(s) = (1/n) ∑_i Var_i[z_i]
        first, second = np.mean(mean - own), np.mean(np.sum(p * z**2, axis=1) - mean**2)
        if abs(first) < tolerance:
            break
        step = first / max(second, 1e-12)
        while s - step <= 0 or cost(s - step) > cost(s):
            step /= 2
            if abs(step) < 1e-12:
                break
        s -= step
    if s * -z.min() < 1e-6:  # whatever the unit of the logits
        raise ValueError(
            "These logits are no better than equal probabilities: there is no positive temperature."
        )
    return float(1 / s)


def with_temperature(z, tau):
    """Probabilities softmax(z / τ), shape (batch, classes).

    Raises:
        ValueError: τ is not positive.
    """
    if not tau > 0:
        raise ValueError(f"A temperature is positive, not {tau}.")
    return softmax(array(z).astype("float64") / tau, axis=-1)
