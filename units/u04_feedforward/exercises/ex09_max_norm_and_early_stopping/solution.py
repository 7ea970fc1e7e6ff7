"""Two brakes: a ball for the weights, and an end for the training."""

import numpy as np


def max_norm(W, c):
    """Pull every weight vector that is longer than c back to the length c.

    w ← w min(1, c / ‖w‖)

    Args:
        W: one row of incoming weights for each unit, shape (units, features).
        c: the largest length, positive.

    Returns:
        The new weights, of the shape of ``W``.
    """
    length = np.sqrt(np.sum(W**2, axis=1, keepdims=True))
    return W * c / np.maximum(length, c)


def early_stopping(values, patience, min_delta):
    """Follow a validation cost, epoch by epoch, and stop when it has not improved for a while.

    An epoch is better if its value < best − δ, where best is the value of the last epoch that was better. The first
    epoch is always better. After ``patience`` epochs in a row that were not better, training stops.

    Args:
        values: the validation cost after epoch 0, 1, 2, …; a list of numbers, at least one.
        patience: at least 1.
        min_delta: δ ≥ 0.

    Returns:
        ``(epochs, best_epoch)``: how many epochs were run, and which one's weights to keep, counted from 0.
    """
    best, best_epoch, waited = values[0], 0, 0
    for epoch, value in enumerate(values[1:], start=1):
        if value < best - min_delta:
            best, best_epoch, waited = value, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch + 1, best_epoch
    return len(values), best_epoch


def equivalent_penalty(curvatures, learning_rate, steps):
    """The penalties whose minimum is where gradient descent from 0 stands after some steps.

    Descent on C = ∑_j ½ h_j (w_j − w*_j)² from w = 0; the minimum of C + ∑_j ½ λ_j w_j².

    Args:
        curvatures: h_j > 0, shape (features,).
        learning_rate: α, with α h_j < 1.
        steps: t ≥ 1.

    Returns:
        λ, shape (features,), to full precision also where α h_j is tiny.
    """
    # descent: w = (1 − q) w* with q = (1 − αh)^t;  penalty: w = h/(h + λ) w*;  so λ = h q/(1 − q) = h/(1/q − 1)
    return curvatures / np.expm1(-steps * np.log1p(-learning_rate * curvatures))
