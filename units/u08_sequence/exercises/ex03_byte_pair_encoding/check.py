"""Checks for ex03: pairs counted over joined words, and merges replayed with marked strings."""

import itertools

from course.grading import equal, part


def joined(tokens, a, b):
    """Merges by replacing text: tokens are separated by a character that no word has."""
    marked = "\x00" + "\x00\x00".join(tokens) + "\x00"
    return [t for t in marked.replace(f"\x00{a}\x00\x00{b}\x00", f"\x00{a}{b}\x00").split("\x00") if t]


def counted(words):
    pairs = {}
    for tokens, frequency in words:
        for pair in itertools.pairwise(tokens):
            pairs[pair] = pairs.get(pair, 0) + frequency
    return [[*pair, pairs[pair]] for pair in sorted(pairs)]


def learned(words, number):
    split, merges = [[list(w), f] for w, f in words], []
    for _ in range(number):
        pairs = counted(split)
        if not pairs:
            break
        best = max(count for _, _, count in pairs)
        a, b, _ = next(pair for pair in pairs if pair[2] == best)
        merges.append([a, b])
        split = [[joined(tokens, a, b), f] for tokens, f in split]
    return merges


def drawn(rng, number, letters="abc", longest=7):
    return ["".join(rng.choice(list(letters), size=rng.integers(2, longest))) for _ in range(number)]


@part("counts of pairs", points=2, hint="a word counts with its frequency, and a pair at every place")
def counts(candidate, rng):
    for words in (
        [[["a", "a", "a"], 2], [["b"], 9]],
        [[[w[:2], *w[2:]], int(rng.integers(1, 9))] for w in drawn(rng, 6)],
    ):
        equal(candidate.pair_counts(words), counted(words), inputs={"words": words})


@part(
    "merging",
    points=2,
    hint="after a pair go on behind it; what is merged is not merged again in the same pass",
)
def merging(candidate, rng):
    cases = [
        (list("aaaaa"), "a", "a"),
        (list("abcab"), "a", "b"),
        (["ab", "a", "b"], "a", "b"),
        ([], "a", "b"),
    ]
    for tokens, a, b in [*cases, (list(drawn(rng, 1, "ab", 12)[0]), "a", "b")]:
        inputs = {"tokens": tokens, "a": a, "b": b}
        equal(candidate.merge(tokens, a, b), joined(tokens, a, b), inputs=inputs)


@part("learning", points=3, hint="count again after every merge; of equal pairs the first in the alphabet")
def learning(candidate, rng):
    cases = [([["low", 5], ["lower", 2], ["newest", 6]], 3), ([["ab", 1], ["cd", 1]], 5), ([["a", 3]], 2)]
    cases.append(([["abx", 3], ["ac", 3]], 3))  # (a, c) comes before (ab, x), and "abx" before "ac"
    for words, number in [*cases, ([[w, int(rng.integers(1, 6))] for w in drawn(rng, 12)], 6)]:
        equal(
            candidate.learn(words, number), learned(words, number), inputs={"words": words, "number": number}
        )


@part("encoding", points=2, hint="the pair that was learned first is merged first")
def encoding(candidate, rng):
    merges = learned([[w, int(rng.integers(1, 6))] for w in drawn(rng, 20)], 8)
    for word, pairs in (("lowest", [["w", "e"], ["l", "o"], ["e", "we"]]), ("abc", [["b", "c"], ["a", "b"]])):
        tokens = list(word)
        for a, b in pairs:
            tokens = joined(tokens, a, b)
        equal(candidate.encode(word, pairs), tokens, inputs={"word": word, "merges": pairs})
    for word in [*drawn(rng, 5, longest=10), ""]:
        tokens = list(word)
        for a, b in merges:
            tokens = joined(tokens, a, b)
        equal(candidate.encode(word, merges), tokens, inputs={"word": word, "merges": merges})
