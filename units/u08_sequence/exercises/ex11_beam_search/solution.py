"""Beam search with a fixed number of places, and the exact search that a Markov chain allows."""

import numpy as np


def best_lengthened(total, log_p, width):
    """The best of all beginnings that are one token longer, for each sentence of a batch.

    Args:
        total: log probability of each beginning, shape (batch, beams).
        log_p: log probability of each next token, shape (batch, beams, vocabulary).
        width: number of beginnings to keep.

    Returns:
        The log probabilities, the numbers of the beginnings that were lengthened, and the tokens, each of shape (batch,
        width), the best first.
    """
    vocabulary = log_p.shape[-1]
    longer = (total[:, :, None] + log_p).reshape(len(total), -1)
    best = np.argsort(-longer, axis=1, kind="stable")[:, :width]
    return np.take_along_axis(longer, best, axis=1), best // vocabulary, best % vocabulary


def beam_search(first, table, end, width, length):
    """Beam search in a Markov chain, with finished sequences in the beam.

    Args:
        first: log probability of the first token, shape (vocabulary,).
        table: entry (i, j) is the log probability of token j after token i, shape (vocabulary, vocabulary).
        end: the token that finishes a sequence. A finished sequence stays, and gets more end tokens at no cost.
        width: number of beginnings, at most as many as there are tokens.
        length: number of tokens.

    Returns:
        The tokens, shape (width, length), and the log probabilities, shape (width,), the best first.
    """
    stay = np.full(len(first), -np.inf)
    stay[end] = 0.0
    total, parents, tokens = best_lengthened(np.zeros((1, 1)), first[None, None], width)
    total, sequences = total[0], tokens[0][:, None]
    for _ in range(length - 1):
        last = sequences[:, -1]
        log_p = np.where((last == end)[:, None], stay, table[last])
        total, parents, tokens = (x[0] for x in best_lengthened(total[None], log_p[None], width))
        sequences = np.concatenate([sequences[parents], tokens[:, None]], axis=1)
    return sequences, total


def order(sequences, total, end, alpha):
    """The order of finished sequences under a length penalty.

    Args:
        sequences: tokens, shape (width, length); what comes after the first end token does not count.
        total: log probabilities, shape (width,).
        end: the token that finishes a sequence; it counts.
        alpha: power of the penalty.

    Returns:
        The numbers of the sequences, shape (width,), the best first.
    """
    ends = sequences == end
    n = np.where(ends.any(axis=1), ends.argmax(axis=1) + 1, sequences.shape[1])
    return np.argsort(-total / ((5 + n) / 6) ** alpha, kind="stable")


def most_likely(first, table, end, length):
    """The log probability of the most likely sequence that is finished after at most some number of tokens.

    Args:
        first, table, end: as in ``beam_search``.
        length: the most tokens, the end token included.

    Returns:
        A number.
    """
    best, finished = first, first[end]
    for _ in range(length - 1):
        best = np.where(np.arange(len(first)) == end, -np.inf, best)
        best = np.max(best[:, None] + table, axis=0)
        finished = max(finished, best[end])
    return float(finished)
