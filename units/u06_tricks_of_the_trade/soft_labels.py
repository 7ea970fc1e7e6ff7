"""Label smoothing: targets that are not quite certain, and a cross-entropy for them (§5.7)."""

import numpy as np
from keras import ops

from course.validation import array, class_labels, floats, scores, targets
from units.u02_logistic_softmax.softmax import log_sum_exp
from units.u03_optimization.hyperparameters import check_share


def smooth_labels(y, epsilon):
    """Move a share ε of each row to all classes alike.

    ỹ = (1 − ε) y + ε / classes

    Args:
        y: one row of shares for each sample, such as one-hot labels, shape (batch, classes).
        epsilon: ε in [0, 1).

    Returns:
        Shape (batch, classes); the rows keep their sum 1.
    """
    y, epsilon = _shares(y), check_share("epsilon", epsilon)
    # ỹ = (1 − ε) y + ε / classes
    return (1 - epsilon) * y + epsilon / y.shape[-1]


def cross_entropy_of_shares(y, u):
    """The cross-entropy for targets that are shares of the classes.

    C_i = −∑_j y_ij log softmax(u_i)_j = LSE(u_i) ∑_j y_ij − ∑_j y_ij u_ij

    For one-hot rows it is ``cross_entropy`` of unit 2.

    Args:
        y: shares, shape (batch, classes).
        u: logits, shape (batch, classes).

    Returns:
        The losses C_i, shape (batch,).

    Raises:
        ValueError: y has another shape than u, or holds a number outside of [0, 1].
    """
    u = floats(u)
    y = _shares(y, like=u)
    # C_i = LSE(u_i) ∑_j y_ij − ∑_j y_ij u_ij
    return log_sum_exp(u) * ops.sum(y, axis=-1) - ops.sum(y * u, axis=-1)


def best_logit_gap(epsilon, classes):
    """By how much the right class should stand out among the logits, when the cost with smoothed labels is smallest.

    softmax(u) = ỹ   ⇒   u_right − u_other = log(ỹ_right / ỹ_other) = log(1 + classes (1 − ε) / ε)

    Without smoothing it is infinite: the logits grow as long as training goes on.
    """
    epsilon = check_share("epsilon", epsilon)
    # log(ỹ_right / ỹ_other)
    return float(np.log1p(classes * (1 - epsilon) / epsilon)) if epsilon else float("inf")


def logit_gap(y, u):
    """The mean difference between the logit of the right class and the mean of the others.

    Args:
        y: class numbers, shape (batch,).
        u: logits, shape (batch, classes).
    """
    u = scores(u, name="u")
    y = array(class_labels(y, u.shape[1], (len(u),)))
    right = u[np.arange(len(u)), y]
    return float(np.mean(right - (u.sum(axis=1) - right) / (u.shape[1] - 1)))


def _shares(y, like=None):
    y = floats(y)
    like = y if like is None else like
    for name, rows in (("y", y), ("u", like)):
        if len(rows.shape) != 2:
            raise ValueError(f"{name} must have shape (batch, classes), and has {tuple(rows.shape)}.")
    return targets(y, like, low=0, high=1)
