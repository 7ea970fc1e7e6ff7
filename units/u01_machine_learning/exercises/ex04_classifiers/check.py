"""Check of ex04_classifiers: independent references in NumPy and SciPy."""

from itertools import pairwise

import numpy as np
from scipy.spatial.distance import cdist

from course.grading import close, equal, part

CENTRES = np.array([[0.0, 0.0], [0.0, 3.0], [-2.6, -1.5], [2.6, -1.5]])


def clouds(rng, sizes=(8, 20, 14, 11), noise=0.7):
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes)).astype("int32")
    x = CENTRES[y] + [5.0, 1.0] + noise * rng.normal(size=(len(y), 2))
    new = CENTRES[rng.integers(4, size=25)] + [5.0, 1.0] + noise * rng.normal(size=(25, 2))
    return x.astype("float32"), y, new.astype("float32")


def affine(x, target, new):
    """Weights from the covariances, intercept from the means: another way to the same least squares."""
    x, new = x.astype("float64"), new.astype("float64")
    w = np.linalg.solve(np.cov(x.T, bias=True), (x - x.mean(0)).T @ (target - target.mean()) / len(x))
    return target.mean() + (new - x.mean(0)) @ w


@part("one_vs_rest: the scores", points=2, hint="is there an intercept, and are the targets +1 and -1?")
def rest(candidate, rng):
    x, y, new = clouds(rng)
    expected = np.stack([affine(x, 2.0 * (y == k) - 1, new) for k in range(4)], axis=1)
    inputs = {"x": x, "y": y, "new": new, "classes": 4}
    close(candidate.one_vs_rest(x, y, new, 4), expected, inputs=inputs, rtol=1e-3, atol=1e-3)


@part(
    "one_vs_one: the votes",
    points=3,
    hint="the same model, with its intercept, fitted to the samples of the two classes alone",
)
def one(candidate, rng):
    x, y, new = clouds(rng)
    duels = {}
    for i in range(4):
        for j in range(i + 1, 4):
            pair = (y == i) | (y == j)
            duels[i, j] = affine(x[pair], np.where(y[pair] == i, 1.0, -1.0), new)
    clear = np.min([abs(margin) for margin in duels.values()], axis=0) > 1e-3
    votes = np.zeros((clear.sum(), 4))
    for (i, j), margin in duels.items():
        votes[np.arange(len(votes)), np.where(margin[clear] > 0, i, j)] += 1
    inputs = {"x": x, "y": y, "new": new[clear], "classes": 4}
    close(candidate.one_vs_one(x, y, new[clear], 4), votes, inputs=inputs)


@part("nearest: most of the k nearest", points=2, hint="classes are names: count them, do not average them")
def neighbours(candidate, rng):
    x, y, new = clouds(rng, noise=1.2)
    for k in (1, 5):
        order = np.argsort(cdist(new, x), axis=1)[:, :k]
        expected = np.array([[np.sum(y[row] == c) for c in range(4)] for row in order]).argmax(axis=1)
        inputs = {"x": x, "y": y, "new": new, "classes": 4, "k": k}
        equal(np.asarray(candidate.nearest(x, y, new, 4, k)), expected, inputs=inputs)


@part("nearest: ties go to the smaller class", points=1, hint="argmax of counts, in the order of the classes")
def ties(candidate, rng):
    x = np.array([[1.0], [2.0], [3.0], [4.0]], "float32")
    y, new = np.array([2, 1, 1, 2], "int32"), np.array([[0.0], [5.1]], "float32")
    inputs = {"x": x, "y": y, "new": new, "classes": 3, "k": 4}
    equal(np.asarray(candidate.nearest(x, y, new, 3, 4)), np.array([1, 1]), inputs=inputs)


@part(
    "split: the lowest impurity",
    points=3,
    hint="weigh each half by its size; t lies half-way between two neighbouring values",
)
def tree(candidate, rng):
    for _ in range(4):
        impurities = [(0.0, 0.0)] * 2
        # Where two questions are equally good, rounding would choose between them.
        while len(impurities) > 1 and impurities[1][0] - impurities[0][0] < 1e-3:
            y = rng.integers(3, size=14).astype("int32")
            feature = np.round(y + 1.5 * rng.normal(size=14), 1).astype("float32")
            impurities = sorted(questions(feature, y))
        inputs = {"feature": feature, "y": y, "classes": 3}
        close(candidate.split(feature, y, 3), impurities[0], inputs=inputs, rtol=1e-4, atol=1e-5)
    # The first and the last question mirror each other: their impurities are the same sums.
    feature, y = np.array([1.0, 2.0, 3.0, 4.0], "float32"), np.array([1, 0, 0, 1], "int32")
    inputs = {"feature": feature, "y": y, "classes": 2}
    close(candidate.split(feature, y, 2), (1 / 3, 1.5), inputs=inputs, rtol=1e-4, atol=1e-5)


def questions(feature, y):
    """(impurity, t) of every question, from the definition."""
    values = sorted(set(feature.tolist()))
    for t in ((low + high) / 2 for low, high in pairwise(values)):
        total = 0.0
        for half in (y[feature <= t], y[feature > t]):
            shares = np.array([np.mean(half == k) for k in range(3)])
            total += len(half) / len(y) * np.sum(shares * (1 - shares))
        yield total, t


@part("split: a large pure half is worth more than a small one", points=1, hint="n/N in front of each G")
def weighted(candidate, rng):
    # After 0.5 a single sample is pure; after 4.5 five of ten are.
    feature = np.arange(10, dtype="float32")
    y = np.array([0, 1, 0, 1, 0, 1, 1, 1, 1, 1], "int32")
    inputs = {"feature": feature, "y": y, "classes": 2}
    close(candidate.split(feature, y, 2), (0.24, 4.5), inputs=inputs, rtol=1e-5)
