"""How the next token is chosen from the logits: greedily, by temperature, top-k, top-p (§7.1)."""

import keras
from keras import ops

import course

MINUS_INFINITY = float("-inf")


@course.fused(static=("k",))
def top_k(logits, k):
    """Keep the k largest logits; the others become −∞. Equal ones at the border are all kept.

    Args:
        logits: shape (..., vocabulary).
        k: at least 1; more than there are tokens keeps all.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}.")
    logits = ops.convert_to_tensor(logits)
    least = ops.top_k(logits, min(k, logits.shape[-1]))[0][..., -1:]
    return ops.where(logits >= least, logits, MINUS_INFINITY)


@course.fused(static=("p",))
def top_p(logits, p):
    """Keep the fewest tokens whose probabilities sum to at least p, the most likely first (nucleus sampling).

    A token stays if the tokens that are more likely sum to less than p; so the most likely one always stays.

    Args:
        logits: shape (..., vocabulary).
        p: in (0, 1]; 1 keeps all tokens, also those whose probability is smaller than the rounding of the sum.

    References: Holtzman, Buys, Du, Forbes, Choi, "The curious case of neural text degeneration" (2020).
    """
    if not 0 < p <= 1:
        raise ValueError(f"p must lie in (0, 1], not {p}.")
    logits = ops.convert_to_tensor(logits)
    if p == 1:
        return logits
    order = ops.argsort(-logits, axis=-1)
    sorted_p = ops.softmax(ops.take_along_axis(logits, order, axis=-1), axis=-1)
    before = ops.cumsum(sorted_p, axis=-1) - sorted_p
    # back to the order of the vocabulary: the place of each token in the sorted row
    place = ops.argsort(order, axis=-1)
    return ops.where(ops.take_along_axis(before, place, axis=-1) < p, logits, MINUS_INFINITY)


def greedy(logits):
    """The most likely token, shape (...); of equal ones the first."""
    return ops.argmax(logits, axis=-1)


def sample(logits, temperature=1.0, k=None, p=None, seed=None):
    """Draw tokens from softmax(logits / τ) after top-k and top-p.

    Args:
        logits: shape (batch, vocabulary).
        temperature: τ > 0. Near 0 the most likely token is drawn almost always; a large τ makes all equally likely.
        k, p: as in ``top_k`` and ``top_p``; None leaves all tokens.
        seed: an integer or a ``keras.random.SeedGenerator``.

    Returns:
        int32, shape (batch,).
    """
    if not temperature > 0:
        raise ValueError(
            f"temperature must be positive, not {temperature}; use greedy for the most likely token."
        )
    logits = ops.convert_to_tensor(logits) / temperature
    if k is not None:
        logits = top_k(logits, k)
    if p is not None:
        logits = top_p(logits, p)
    return keras.random.categorical(logits, 1, dtype="int32", seed=seed)[:, 0]
