"""Byte-pair encoding with strings as tokens: counts of pairs, merging, learning and encoding."""

from collections import Counter


def pair_counts(words):
    """Pairs of neighbouring tokens and how often they occur.

    Args:
        words: list of ``[tokens, frequency]``.

    Returns:
        List of ``[a, b, count]`` in alphabetical order of a, then b.
    """
    counts = Counter()
    for tokens, frequency in words:
        for i in range(len(tokens) - 1):
            counts[tokens[i], tokens[i + 1]] += frequency
    return [[a, b, counts[a, b]] for a, b in sorted(counts)]


def merge(tokens, a, b):
    """A word after every pair (a, b), from left to right, has become one token.

    Args:
        tokens: list of strings.
        a: first token of the pair.
        b: second token of the pair.

    Returns:
        List of strings.
    """
    merged, i = [], 0
    while i < len(tokens):
        if tokens[i : i + 2] == [a, b]:
            merged.append(a + b)
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def learn(words, number):
    """The first merges of a list of words.

    Args:
        words: list of ``[word, frequency]``.
        number: of merges.

    Returns:
        List of ``[a, b]``, shorter if no pair is left.
    """
    split = [[list(word), frequency] for word, frequency in words]
    merges = []
    while len(merges) < number:
        pairs = pair_counts(split)
        if not pairs:
            break
        a, b, _ = min(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))
        merges.append([a, b])
        split = [[merge(tokens, a, b), frequency] for tokens, frequency in split]
    return merges


def encode(word, merges):
    """The tokens of a word.

    Args:
        word: a string.
        merges: list of ``[a, b]`` in the order in which they were learned.

    Returns:
        List of strings.
    """
    tokens = list(word)
    for a, b in merges:
        tokens = merge(tokens, a, b)
    return tokens
