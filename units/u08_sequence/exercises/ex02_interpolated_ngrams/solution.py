"""A bigram model that is smoothed with the unigram model, and that with the uniform distribution (Witten–Bell)."""

import numpy as np


def bigram_counts(ids, vocabulary):
    """How often each token follows each other one.

    Args:
        ids: token numbers, shape (steps,).
        vocabulary: number of tokens.

    Returns:
        Shape (vocabulary, vocabulary): the token before, the next one.
    """
    ids = np.asarray(ids)
    counts = np.zeros((vocabulary, vocabulary))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return counts


def unigram(ids, vocabulary):
    """The smoothed probabilities of the tokens without a context.

    Args:
        ids: token numbers, shape (steps,).
        vocabulary: number of tokens.

    Returns:
        Shape (vocabulary,).
    """
    ids = np.asarray(ids)
    n = np.bincount(ids, minlength=vocabulary)
    different = np.count_nonzero(n)
    return (n + different / vocabulary) / (len(ids) + different)


def bigram(ids, vocabulary):
    """The smoothed probabilities of the next token after each token.

    Args:
        ids: token numbers, shape (steps,).
        vocabulary: number of tokens.

    Returns:
        Shape (vocabulary, vocabulary); every row sums to 1.
    """
    counts, p = bigram_counts(ids, vocabulary), unigram(ids, vocabulary)
    total = counts.sum(axis=1, keepdims=True)
    different = np.count_nonzero(counts, axis=1, keepdims=True)
    smoothed = (counts + different * p) / np.maximum(total + different, 1)
    return np.where(total > 0, smoothed, p)


def perplexity(table, ids):
    """The perplexity of a text under a table of bigram probabilities.

    Args:
        table: shape (vocabulary, vocabulary).
        ids: token numbers, shape (steps,).

    Returns:
        A number.
    """
    table, ids = np.asarray(table), np.asarray(ids)
    return float(np.exp(-np.mean(np.log(table[ids[:-1], ids[1:]]))))
