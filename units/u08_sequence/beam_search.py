"""Beam search: keep the few most likely beginnings of a sequence, and lengthen each by every token (§7.4)."""

from typing import NamedTuple

import numpy as np

from course.validation import array


class Hypothesis(NamedTuple):
    """A sequence of tokens, and the logarithm of its probability."""

    tokens: list
    log_p: float


def beam_search(next_log_p, start, end, width, length, alpha=0.0):
    """The most likely sequences that begin with ``start`` and finish with ``end``, approximately.

    In every step each of at most ``width`` beginnings is lengthened by every token, and the best ``width`` of all
    these are kept; those that end are set aside. At the end sequences are ordered by

        log p(tokens) / (number of tokens after start)^α

    so that α > 0 does not punish long sequences for their length. With ``width`` = 1 this is the greedy choice; with a
    width as large as the number of all sequences it is exact.

    Args:
        next_log_p: function of the beginnings, an int array of shape (beams, steps), that returns the logarithm of the
            probability of every next token, shape (beams, vocabulary).
        start, end: token numbers.
        width: number of beginnings that are kept.
        length: the most tokens after ``start``; what has not ended by then is cut off.
        alpha: α.

    Returns:
        A list of at most ``width`` of ``Hypothesis``, the best first; tokens without ``start``.

    Raises:
        ValueError: width or length is less than 1, or next_log_p returns no logarithms of probabilities.

    References: Wu et al., "Google's neural machine translation system" (2016), without its constant in the penalty.
    """
    if width < 1 or length < 1:
        raise ValueError(f"width and length must be at least 1, not {width} and {length}.")
    beams, done = [Hypothesis([start], 0.0)], []
    for _ in range(length):
        if not beams:
            break
        log_p = array(next_log_p(np.array([b.tokens for b in beams]))).astype("float64")
        if log_p.ndim != 2 or len(log_p) != len(beams) or not (log_p <= 1e-3).all():
            raise ValueError(
                f"next_log_p returns logarithms of probabilities of shape ({len(beams)}, vocabulary), none above 0 or "
                f"NaN, not values of shape {log_p.shape}."
            )
        # log p(w_1, …, w_t) = log p(w_1, …, w_{t−1}) + log p(w_t | w_1, …, w_{t−1})
        total = log_p + np.array([b.log_p for b in beams])[:, None]
        best = np.argsort(-total, axis=None, kind="stable")[:width]
        longer = []
        for beam, token in zip(*np.unravel_index(best, total.shape), strict=True):
            if np.isneginf(total[beam, token]):
                continue
            hypothesis = Hypothesis([*beams[beam].tokens, int(token)], float(total[beam, token]))
            (done if token == end else longer).append(hypothesis)
        beams = longer
    found = [Hypothesis(h.tokens[1:], h.log_p) for h in [*done, *beams]]
    return sorted(found, key=lambda h: -h.log_p / len(h.tokens) ** alpha)[:width]
