"""The two loops of L-BFGS, and its memory."""

import numpy as np


def two_loop(gradient, S, Y):
    """The direction −B g, for the matrix B that BFGS would compute from the remembered pairs.

    Args:
        gradient: g, shape (features,).
        S: steps s_i, the oldest first, shape (memory, features), m ≥ 1.
        Y: changes y_i of the gradient, shape (memory, features), with y_iᵀs_i > 0.

    Returns:
        The direction d = −B g, shape (features,).
    """
    rho = 1 / np.sum(S * Y, axis=1)
    q, a = np.array(gradient, dtype="float64"), np.zeros(len(S))
    for i in reversed(range(len(S))):
        a[i] = rho[i] * (S[i] @ q)
        q = q - a[i] * Y[i]
    # γ = sᵀy / yᵀy of the newest pair
    r = (S[-1] @ Y[-1]) / (Y[-1] @ Y[-1]) * q
    for i in range(len(S)):
        b = rho[i] * (Y[i] @ r)
        r = r + (a[i] - b) * S[i]
    return -r


def remember(S, Y, s, y, memory):
    """The memory after one more step.

    Args:
        S: steps so far, the oldest first, shape (memory, features), k ≤ memory.
        Y: changes of the gradient so far, shape (memory, features).
        s: the new step, shape (features,).
        y: the new change of the gradient, shape (features,).
        memory: m ≥ 1, how many pairs to keep.

    Returns:
        ``(S, Y)`` with the new pair last and at most m rows; unchanged if yᵀs ≤ 0.
    """
    if y @ s <= 0:
        return S, Y
    return np.vstack([S, s])[-memory:], np.vstack([Y, y])[-memory:]
