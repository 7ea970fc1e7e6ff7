"""Checks for ex02: counts and probabilities by loops over the text."""

import itertools

import numpy as np

from course.grading import close, part


def reference(ids, V):
    ids = [int(i) for i in ids]
    c = np.zeros((V, V))
    for h, w in itertools.pairwise(ids):
        c[h, w] += 1
    N = len(set(ids))
    p = np.array([(ids.count(w) + N / V) / (len(ids) + N) for w in range(V)])
    table = np.zeros((V, V))
    for h in range(V):
        after = [w for w in range(V) if c[h, w] > 0]
        share = c[h].sum() / (c[h].sum() + len(after)) if after else 0.0
        for w in range(V):
            table[h, w] = (share * c[h, w] / c[h].sum() if after else 0.0) + (1 - share) * p[w]
    return c, p, table


def text(rng, V, steps):
    # the last tokens of the vocabulary never occur, and the last one of the text only there
    return np.append(rng.integers(V - 2, size=steps), V - 2)


@part("counts", points=1, hint="a pair that occurs again counts again")
def counts(candidate, rng):
    for V, steps in ((4, 30), (9, 5)):
        ids = text(rng, V, steps)
        close(candidate.bigram_counts(ids, V), reference(ids, V)[0], inputs={"ids": ids, "vocabulary": V})


@part("the unigram model", points=2, hint="N counts different tokens, and V all tokens of the vocabulary")
def unigrams(candidate, rng):
    for V, steps in ((4, 30), (9, 5)):
        ids = text(rng, V, steps)
        close(
            candidate.unigram(ids, V), reference(ids, V)[1], inputs={"ids": ids, "vocabulary": V}, rtol=1e-5
        )


@part(
    "the bigram model",
    points=3,
    hint="λ depends on the token before; what it leaves goes to the unigram model",
)
def bigrams(candidate, rng):
    for V, steps in ((4, 30), (9, 6)):
        ids = text(rng, V, steps)
        close(candidate.bigram(ids, V), reference(ids, V)[2], inputs={"ids": ids, "vocabulary": V}, rtol=1e-5)


@part("perplexity", points=2, hint="the mean goes over the predicted tokens, one fewer than the text has")
def perplexity(candidate, rng):
    for V, steps in ((3, 12), (7, 4)):
        table, ids = rng.dirichlet(np.ones(V), size=V), rng.integers(V, size=steps)
        product = 1.0
        for h, w in itertools.pairwise(ids):
            product *= table[h, w]
        expected = product ** (-1 / (steps - 1))
        close(candidate.perplexity(table, ids), expected, inputs={"table": table, "ids": ids}, rtol=1e-4)
