"""A temperature and one shift for each class: probabilities, gradient, second derivative, and Newton's method."""

import numpy as np


def probabilities(z, s, c):
    """Softmax of scaled and shifted logits.

    p_{ik} ∝ exp(s z_{ik} + c_k)

    Args:
        z: logits, shape (batch, classes).
        s: a number, 1/τ.
        c: shape (classes,).

    Returns:
        p, shape (batch, classes).
    """
    a = s * z + c
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def gradient(y, z, s, c):
    """The derivatives of the mean cross-entropy by s and by c.

    ∂C/∂s = (1/n) ∑_i (∑_k p_{ik} z_{ik} − z_{i, y_i}),   ∂C/∂c_k = (1/n) ∑_i (p_{ik} − 1[y_i = k])

    Args:
        y: class numbers, shape (batch,).
        z, s, c: as for ``probabilities``.

    Returns:
        ``(by_s, by_c)``: a number and shape (classes,).
    """
    p = probabilities(z, s, c)
    difference = p - (np.arange(z.shape[1]) == np.asarray(y)[:, None])
    return float(np.mean(np.sum(difference * z, axis=1))), difference.mean(axis=0)


def curvature(z, s, c):
    """The second derivative of the mean cross-entropy by s: the mean variance of the logits.

    Args:
        z, s, c: as for ``probabilities``.

    Returns:
        A float.
    """
    p = probabilities(z, s, c)
    mean = np.sum(p * z, axis=1)
    return float(np.mean(np.sum(p * (z - mean[:, None]) ** 2, axis=1)))


def temperature(y, z, c, steps):
    """τ after Newton steps for s alone, which begin at s = 1.

    s ← s − C'(s) / C''(s)

    Args:
        y, z, c: as for ``gradient``.
        steps: number of steps.

    Returns:
        τ = 1/s, a float.
    """
    s = 1.0
    for _ in range(steps):
        s = s - gradient(y, z, s, c)[0] / curvature(z, s, c)
    return float(1 / s)
