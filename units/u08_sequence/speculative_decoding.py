"""Speculative decoding: a small model drafts, the large one accepts or rejects, and its distribution stays (§7.5)."""

import numpy as np

from course.validation import array


def accept(p, q, token, rng):
    """Keep a token that was drawn from q, or draw another one, such that the result is distributed as p.

        accept x with the probability min(1, p(x)/q(x)),   otherwise draw from max(p − q, 0)/∑ max(p − q, 0)

    The probability of x is then

        q(x) min(1, p(x)/q(x)) + (1 − ∑ min(p, q)) · max(p(x) − q(x), 0)/∑ max(p − q, 0)
        = min(p(x), q(x)) + max(p(x) − q(x), 0) = p(x),      because 1 − ∑ min(p, q) = ∑ max(p − q, 0).

    Args:
        p, q: two distributions, shape (vocabulary,).
        token: drawn from q.
        rng: a NumPy generator.

    Returns:
        The token, and whether it is the drafted one.

    Raises:
        ValueError: p and q have different shapes, or the token cannot have been drawn from q.
    """
    p, q = array(p).astype("float64"), array(q).astype("float64")
    if p.ndim != 1 or p.shape != q.shape or not 0 <= token < len(q) or not q[token] > 0:
        raise ValueError(
            f"p and q are distributions over the same tokens, and the token comes from q: not token {token} with the "
            f"shapes {p.shape} and {q.shape}."
        )
    if rng.uniform() * q[token] < p[token]:
        return token, True
    rest = np.maximum(p - q, 0)
    return int(rng.choice(len(p), p=rest / rest.sum())), False


def speculative_step(target, draft, context, k, rng):
    """Between 1 and k + 1 new tokens, distributed as if the target model had drawn them one after the other.

    Args:
        target: function of a context (a list of tokens) and of drafted tokens that returns the target's distributions
            after the context and after each drafted token, shape (drafted tokens + 1, vocabulary): one call of a large
            model.
        draft: function of a list of tokens that returns the small model's next distribution, shape (vocabulary,).
        context: list of tokens.
        k: number of drafted tokens.
        rng: a NumPy generator.

    Returns:
        A list of new tokens. If all drafted tokens are accepted, the last one comes from the target alone.

    Raises:
        ValueError: k is negative, or the target's distributions do not have k + 1 rows.

    References: Leviathan, Kalman, Matias, "Fast inference from transformers via speculative decoding" (2023).
    """
    if k < 0:
        raise ValueError(f"k, the number of drafted tokens, cannot be negative: {k}.")
    drafted, q = [], []
    for _ in range(k):
        q.append(_distributions(draft([*context, *drafted])))
        drafted.append(int(rng.choice(len(q[-1]), p=q[-1])))
    p = _distributions(target(context, drafted))
    if p.ndim != 2 or len(p) != k + 1:
        raise ValueError(f"The target returns {k + 1} rows for {k} drafted tokens, not the shape {p.shape}.")
    new = []
    for i, token in enumerate(drafted):
        token, kept = accept(p[i], q[i], token, rng)
        new.append(token)
        if not kept:
            return new
    return [*new, int(rng.choice(p.shape[-1], p=p[k]))]


def _distributions(p):
    """Rows whose sums are 1 in float64: those of a network are rounded to float32."""
    p = array(p).astype("float64")
    return p / p.sum(axis=-1, keepdims=True)


def expected_tokens(acceptance, k):
    """The mean number of new tokens for a call of the target, (1 − a^{k+1})/(1 − a).

    Args:
        acceptance: a = ∑ min(p, q), the probability that a drafted token is accepted, the same for all.
        k: number of drafted tokens.

    Raises:
        ValueError: acceptance is no probability, or k is negative.
    """
    if not 0 <= acceptance <= 1 or k < 0:
        raise ValueError(f"acceptance lies in [0, 1] and k is not negative, not {acceptance} and {k}.")
    if acceptance == 1:
        return float(k + 1)
    return (1 - acceptance ** (k + 1)) / (1 - acceptance)
