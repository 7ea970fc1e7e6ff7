"""The optimal discriminator when batches are not half real, and what one can do with it."""

import numpy as np


def optimal(p, q, share):
    """The best discriminator if a share of all samples is real.

    Args:
        p: probabilities of the data, shape (points,).
        q: probabilities of the generator, shape (points,).
        share: of real samples, between 0 and 1.

    Returns:
        An array of shape (points,); 0.5 where neither draws.
    """
    real, drawn = share * np.asarray(p), (1 - share) * np.asarray(q)
    both = real + drawn
    return np.where(both > 0, real / np.where(both > 0, both, 1.0), 0.5)


def best_value(p, q, share):
    """The value of the game against the best discriminator.

    Args:
        p: probabilities of the data, shape (points,).
        q: probabilities of the generator, shape (points,).
        share: of real samples, between 0 and 1.

    Returns:
        A number.
    """
    p, q = np.asarray(p), np.asarray(q)
    D = optimal(p, q, share)
    log_real = np.log(np.where(p > 0, D, 1.0))
    log_drawn = np.log(np.where(q > 0, 1 - D, 1.0))
    return float(np.sum(share * p * log_real + (1 - share) * q * log_drawn))


def density_ratio(logits, share):
    """How much more often the data has each point than the generator, p / q.

    Args:
        logits: log(D / (1 − D)) of an optimal discriminator, shape (points,).
        share: of real samples in its training.

    Returns:
        An array of shape (points,).
    """
    return np.exp(np.asarray(logits)) * (1 - share) / share


def slope(p, q, share, direction):
    """The derivative of ``best_value`` if the generator moves its probabilities.

    Args:
        p: probabilities of the data, shape (points,).
        q: probabilities of the generator, all positive, shape (points,).
        share: of real samples.
        direction: change of q, with the sum 0, shape (points,).

    Returns:
        A number.
    """
    return float((1 - share) * np.sum(np.log(1 - optimal(p, q, share)) * np.asarray(direction)))


def keep(logits, share):
    """Probabilities with which to keep drawn samples, so that the kept ones are distributed like the data.

    Args:
        logits: log(D / (1 − D)) of an optimal discriminator at drawn samples, shape (batch,).
        share: of real samples in its training.

    Returns:
        An array of shape (batch,); its largest entry is 1.
    """
    logits = np.asarray(logits)
    return np.exp(logits - logits.max())
