"""Odds, log-odds and the odds ratio: how to read the weights of a sigmoid model (§3.1)."""

from keras import ops

from course.validation import floats, probabilities


def odds(p):
    """How many times likelier the event is than its opposite: 3 for a probability of 3/4.

    odds(p) = p / (1 − p)

    Args:
        p: probabilities in [0, 1), of any shape.

    Returns:
        A tensor of the shape of ``p``, in [0, ∞).

    Raises:
        ValueError: a probability is NaN or not in [0, 1].
    """
    p = probabilities(p)
    # odds(p) = p / (1 − p)
    return p / (1 - p)


def log_odds(p):
    """The logit: the inverse of the sigmoid.

    log odds(p) = log p − log(1 − p),   log odds(σ_Sig(z)) = z

    In the sigmoid model ŷ = σ_Sig(wᵀx + b) the log-odds are therefore linear in x.

    Args:
        p: probabilities in (0, 1), of any shape.

    Returns:
        A tensor of the shape of ``p``.

    Raises:
        ValueError: a probability is NaN or not in [0, 1].
    """
    p = probabilities(p)
    # log p − log(1 − p)
    return ops.log(p) - ops.log1p(-p)


def odds_ratio(w, delta=1.0):
    """By what factor the odds grow when one feature grows by c and the others stay.

    odds(x_j + c) / odds(x_j) = e^{w_j c},   for every x

    Args:
        w: weights, of any shape.
        delta: the increase c, a number or one for each weight.

    Returns:
        A tensor of the shape of ``w``.

    Example: the odds double with each unit of a feature whose weight is log 2.
    >>> ops.convert_to_numpy(odds_ratio([0.6931472]))
    array([2.], dtype=float32)
    """
    # e^{w_j c}
    return ops.exp(ops.multiply(floats(w), delta))
