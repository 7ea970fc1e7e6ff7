"""Speculative decoding: what comes out, with which probability, and how many tokens to draft."""

import numpy as np


def residual(p, q):
    """The distribution of the token that replaces a rejected one.

    Args:
        p, q: distributions of the large and of the small model, shape (vocabulary,).

    Returns:
        Shape (vocabulary,); p itself if p = q, where nothing is rejected.
    """
    rest = np.maximum(p - q, 0)
    return rest / rest.sum() if rest.sum() > 0 else p


def outcome(p, q):
    """The probability of each result for each drafted token.

    Args:
        p, q: as in ``residual``.

    Returns:
        Entry (x, y) is the probability that token y comes out if x was drafted, shape (vocabulary, vocabulary).
    """
    kept = np.minimum(1, np.divide(p, q, out=np.ones_like(p), where=q > 0))
    return np.diag(kept) + (1 - kept)[:, None] * residual(p, q)


def verified(p, q, drafted, u, v):
    """The new tokens of one call of the large model, for given uniform numbers.

    Args:
        p: the large model's distributions after the context and after each drafted token, shape (k + 1, vocabulary).
        q: the distributions from which the tokens were drafted, shape (k, vocabulary).
        drafted: tokens, shape (k,).
        u: numbers in [0, 1) that decide whether a token is kept, shape (k,).
        v: a number in [0, 1) that chooses the last token.

    Returns:
        Tokens, shape (k + 1,); −1 after the last one.
    """
    new = np.full(len(drafted) + 1, -1)
    last = p[-1]
    n = len(drafted)
    for i, token in enumerate(drafted):
        if u[i] * q[i, token] >= p[i, token]:
            n, last = i, residual(p[i], q[i])
            break
    new[:n] = drafted[:n]
    new[n] = np.sum(np.cumsum(last) <= v)
    return new


def tokens_of_a_call(a):
    """The mean number of new tokens.

    Args:
        a: probability that drafted token i is kept if those before it were kept, shape (k,).

    Returns:
        A number.
    """
    return float(1 + np.sum(np.cumprod(a)))


def best_number(a, cost):
    """How many tokens to draft, for the most tokens in the time of one call of the large model.

    Args:
        a: as in ``tokens_of_a_call``, shape (k,).
        cost: time of one call of the small model; that of the large model is 1.

    Returns:
        An integer from 0 to k.
    """
    tokens = 1 + np.concatenate([[0.0], np.cumsum(np.cumprod(a))])
    return int(np.argmax(tokens / (1 + cost * np.arange(len(a) + 1))))
