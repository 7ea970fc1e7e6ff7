"""Checks for ex10: matches counted by removing them from the references, one after the other."""

import itertools

import numpy as np

from course.grading import close, equal, part

WORDS = ("a", "cat", "the", "sat", "mat")


def grams(words, n):
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def counted(candidate, references, n):
    found = grams(candidate, n)
    m = sum(
        min(found.count(gram), max(grams(reference, n).count(gram) for reference in references))
        for gram in set(found)
    )
    return [m, len(found)]


def closest(candidate, references):
    lengths = sorted(len(reference) for reference in references)
    distances = [abs(length - len(candidate)) for length in lengths]
    return lengths[distances.index(min(distances))]


def bleu(candidate, references, order):
    if not set(candidate) & {word for reference in references for word in reference}:
        return 0.0
    product = 1.0
    for n in range(1, order + 1):
        m, t = counted(candidate, references, n)
        product *= m / t if n == 1 else (m + 1) / (t + 1)
    return min(1.0, np.exp(1 - closest(candidate, references) / len(candidate))) * product ** (1 / order)


def sentence(rng, least=1, most=8):
    return rng.choice(WORDS, size=rng.integers(least, most)).tolist()


def cases(rng, number):
    fixed = (["the", "the", "cat"], [["the", "cat", "sat"], ["a", "cat", "on", "the", "mat"]])
    return [
        fixed,
        *((sentence(rng), [sentence(rng) for _ in range(rng.integers(1, 4))]) for _ in range(number)),
    ]


@part("matches", points=3, hint="the reference that has an n-gram most often decides how often it may count")
def matching(candidate, rng):
    for words, references in cases(rng, 8):
        for n in (1, 2, 4):
            inputs = {"candidate": words, "references": references, "n": n}
            equal(candidate.matches(words, references, n), counted(words, references, n), inputs=inputs)


@part("the closest length", points=1, hint="of two that are equally close, the shorter one")
def length(candidate, rng):
    words = ["a"] * 4
    for lengths in ((5, 3), (3, 5, 9), (1, 6), tuple(rng.integers(1, 9, size=3).tolist())):
        references = [["a"] * n for n in lengths]
        inputs = {"candidate": words, "references": references}
        equal(candidate.closest_length(words, references), closest(words, references), inputs=inputs)


@part("BLEU", points=3, hint="n-grams of one word are not smoothed, and a short candidate loses by B")
def values(candidate, rng):
    for words, references in [
        *cases(rng, 8),
        (["dog"], [["cat"]]),
        ([], [["cat"]]),
        (["the"], [["the", "cat"]]),
    ]:
        for order in (1, 2, 4):
            inputs = {"candidate": words, "references": references, "order": order}
            close(
                candidate.sentence_bleu(words, references, order),
                bleu(words, references, order),
                inputs=inputs,
                rtol=1e-5,
            )


@part("the best order of the words", points=2, hint="try all orders, in alphabetical order")
def reordering(candidate, rng):
    drawn = [(sentence(rng, 2, 5), [sentence(rng, 2, 6), ["the", "cat", "sat"]]) for _ in range(4)]
    # "a the cat sat" and "the cat sat a" are equally good
    for words, references in [(["the", "sat", "cat", "a"], [["the", "cat", "sat"]]), *drawn]:
        orders = [list(p) for p in sorted(set(itertools.permutations(words)))]
        values = [bleu(p, references, 2) for p in orders]
        best = orders[int(np.argmax(np.round(values, 9)))]
        equal(
            candidate.best_reordering(words, references),
            best,
            inputs={"words": words, "references": references},
        )
