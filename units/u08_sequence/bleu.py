"""BLEU: how many n-grams of a translation are in the reference (§7.4)."""

from collections import Counter

import numpy as np


def bleu(candidates, references, order=4):
    """Corpus BLEU in percent, with one reference for each sentence.

        BLEU = 100 · min(1, exp(1 − r/c)) · exp(1/N ∑_{n=1}^{N} log p_n)
        p_n  = ∑ min(n-grams of the candidate, those of its reference) / ∑ n-grams of the candidate

    c and r are the numbers of words of all candidates and of all references. The sums go over all sentences before one
    divides: BLEU of a corpus is not the mean over its sentences. An n-gram counts at most as often as the reference has
    it. If no n-gram of some length matches, BLEU is 0.

    Args:
        candidates, references: lists of sentences, each a list of words, or a string that is split at white space.
        order: N.

    Raises:
        ValueError: there is no sentence, there are not as many references, or one string in place of a list.

    References: Papineni, Roukos, Ward, Zhu, "BLEU: a method for automatic evaluation of machine translation" (2002).
    """
    if isinstance(candidates, str) or isinstance(references, str) or order < 1:
        raise ValueError(
            f"candidates and references are lists of sentences, and order is at least 1, not {order}."
        )
    if len(candidates) != len(references) or not candidates:
        raise ValueError(
            f"{len(candidates)} candidates and {len(references)} references: as many, at least one."
        )
    matches, totals, lengths = np.zeros(order), np.zeros(order), np.zeros(2)
    for pair in zip(candidates, references, strict=True):
        candidate, reference = (s.split() if isinstance(s, str) else list(s) for s in pair)
        lengths += len(candidate), len(reference)
        for n in range(1, order + 1):
            found, known = _ngrams(candidate, n), _ngrams(reference, n)
            matches[n - 1] += sum((found & known).values())
            totals[n - 1] += sum(found.values())
    if not matches.all():
        return 0.0
    brevity = min(1.0, np.exp(1 - lengths[1] / lengths[0]))
    return float(100 * brevity * np.exp(np.mean(np.log(matches / totals))))


def _ngrams(words, n):
    return Counter(zip(*(words[i:] for i in range(n)), strict=False))
