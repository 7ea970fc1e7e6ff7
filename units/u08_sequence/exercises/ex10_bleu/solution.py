"""BLEU of one sentence with several references, smoothed; and the order of words that it likes best."""

import itertools
import math
from collections import Counter


def _ngrams(words, n):
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def matches(candidate, references, n):
    """How many n-grams of a candidate match, and how many it has.

    Args:
        candidate: list of words.
        references: list of lists of words.
        n: length of the n-grams.

    Returns:
        ``[m, t]``.
    """
    most = Counter()
    for reference in references:
        most |= _ngrams(reference, n)
    found = _ngrams(candidate, n)
    return [sum((found & most).values()), sum(found.values())]


def closest_length(candidate, references):
    """The length of the reference that is closest to the candidate's.

    Args:
        candidate: list of words.
        references: list of lists of words.

    Returns:
        A whole number.
    """
    c = len(candidate)
    return min((len(reference) for reference in references), key=lambda r: (abs(r - c), r))


def sentence_bleu(candidate, references, order):
    """Smoothed BLEU of a sentence.

    Args:
        candidate: list of words.
        references: list of lists of words.
        order: the longest n-grams.

    Returns:
        A number in [0, 1].
    """
    m, t = matches(candidate, references, 1)
    if m == 0:
        return 0.0
    log_p = math.log(m / t)
    for n in range(2, order + 1):
        m, t = matches(candidate, references, n)
        log_p += math.log((m + 1) / (t + 1))
    brevity = min(1.0, math.exp(1 - closest_length(candidate, references) / len(candidate)))
    return brevity * math.exp(log_p / order)


def best_reordering(words, references):
    """The order of the words with the largest BLEU of order 2.

    Args:
        words: list of at most five words.
        references: list of lists of words.

    Returns:
        The words in this order, a list.
    """
    return list(
        max(itertools.permutations(sorted(words)), key=lambda p: sentence_bleu(list(p), references, 2))
    )
