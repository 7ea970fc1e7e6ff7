"""Label smoothing: targets that are not quite certain, and a cross-entropy for them (§5.7)."""

import numpy as np
from keras import ops

from course.validation import floats, targets
from units.u02_logistic_softmax.softmax import log_sum_exp
from units.u03_optimization.hyperparameters import check_share


def smooth_labels(p, epsilon):
    """Move a share ε of each row to all classes alike.

    p̃ = (1 − ε) p + ε / c,   c the number of classes

    Args:
        p: one row of shares for each sample, such as one-hot labels, shape (batch, classes).
        epsilon: ε in [0, 1).

    Returns:
        Shape (batch, classes); the rows keep their sum 1.
    """
    p, epsilon = _shares(p), check_share("epsilon", epsilon)
    # p̃ = (1 − ε) p + ε / c
    return (1 - epsilon) * p + epsilon / p.shape[-1]


def soft_cross_entropy(p, z):
    """The cross-entropy for targets that are shares of the classes.

    C_i = −∑_j p_ij log softmax(z_i)_j = LSE(z_i) ∑_j p_ij − ∑_j p_ij z_ij

    For one-hot rows it is ``cross_entropy`` of unit 2.

    Args:
        p: shares, shape (batch, classes).
        z: logits, shape (batch, classes).

    Returns:
        The losses C_i, shape (batch,).

    Raises:
        ValueError: p has another shape than z, or holds a number outside of [0, 1].
    """
    z = floats(z)
    p = _shares(p, like=z)
    # C_i = LSE(z_i) ∑_j p_ij − ∑_j p_ij z_ij
    return log_sum_exp(z) * ops.sum(p, axis=-1) - ops.sum(p * z, axis=-1)


def best_logit_gap(epsilon, classes):
    """By how much the right class should stand out among the logits, when the cost with smoothed labels is smallest.

    softmax(z) = p̃   ⇒   z_right − z_other = log(p̃_right / p̃_other) = log(1 + c (1 − ε) / ε)

    Without smoothing it is infinite: the logits grow as long as training goes on.
    """
    epsilon = check_share("epsilon", epsilon)
    # log(p̃_right / p̃_other)
    return float(np.log1p(classes * (1 - epsilon) / epsilon)) if epsilon else float("inf")


def logit_gap(z, y):
    """The mean difference between the logit of the right class and the mean of the others.

    Args:
        z: logits, shape (batch, classes).
        y: class numbers, shape (batch,).
    """
    z = np.asarray(ops.convert_to_numpy(z), "float64")
    right = z[np.arange(len(z)), np.asarray(y)]
    return float(np.mean(right - (z.sum(axis=1) - right) / (z.shape[1] - 1)))


def _shares(p, like=None):
    p = floats(p)
    if len(p.shape) != 2:
        raise ValueError(f"p must have shape (batch, classes), and has {tuple(p.shape)}.")
    like = p if like is None else like
    if len(like.shape) != 2:
        raise ValueError(f"z must have shape (batch, classes), and has {tuple(like.shape)}.")
    return targets(p, like, "p", low=0, high=1)
