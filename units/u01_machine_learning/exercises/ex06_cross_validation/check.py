"""Check of ex06_cross_validation: folds by their properties, the estimate against scikit-learn's pipeline."""

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course.grading import close, equal, part, shape, true


def estimate(x, y, folds, penalty):
    errors = []
    for k in np.unique(folds):
        model = make_pipeline(StandardScaler(), Ridge(alpha=penalty))
        model.fit(x[folds != k], y[folds != k])
        errors.append(np.mean((y[folds == k] - model.predict(x[folds == k])) ** 2))
    return np.mean(errors)


def regression(rng, n, p):
    x = rng.normal(size=(n, p)) * rng.uniform(0.2, 8, p) + rng.uniform(-20, 20, p)
    return x, 7 + x @ rng.normal(size=p) / 5 + rng.normal(size=n)


@part(
    "consecutive folds of even size",
    points=2,
    hint="the first n % K folds have one sample more than the others",
)
def blocks(candidate, rng):
    for n, K in ((5, 2), (12, 4), (11, 4), (6, 6), (103, 10)):
        expected = np.concatenate([np.full(len(b), k) for k, b in enumerate(np.array_split(np.arange(n), K))])
        equal(candidate.fold_numbers(n, K), expected, inputs={"n": n, "K": K})


@part(
    "every class is divided evenly",
    points=2,
    hint="sort by class, then assign the folds 0, 1, ..., K − 1, 0, 1, ...",
)
def classes(candidate, rng):
    for sizes, K in (((40, 10), 5), ((23, 11, 6), 4), ((7, 7, 7, 7, 7), 3)):
        y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        shown = {"y": y, "K": K}
        got = candidate.stratified_fold_numbers(y, K)
        shape(got, y.shape, inputs=shown)
        true(np.isin(got, np.arange(K)), "every fold is one of 0, ..., K − 1", inputs=shown, got=got)
        for c in range(len(sizes)):
            counts = np.array([np.sum(np.asarray(got)[y == c] == k) for k in range(K)])
            true(np.ptp(counts) <= 1, f"class {c} is divided evenly: {counts}", inputs=shown, got=got)


@part(
    "the sizes of the folds differ by at most one",
    points=1,
    hint="do not begin with fold 0 again for every class",
)
def sizes(candidate, rng):
    for classes, each in ((6, 7), (9, 4)):
        y = rng.permutation(np.repeat(np.arange(classes), each))
        got = candidate.stratified_fold_numbers(y, 3)
        shape(got, y.shape, inputs={"y": y, "K": 3})
        counts = np.array([np.sum(np.asarray(got) == k) for k in range(3)])
        shown = {"y": y, "K": 3}
        true(np.sum(counts) == len(y), "every fold is one of 0, 1, 2", inputs=shown, got=got)
        true(np.ptp(counts) <= 1, f"the folds' sizes differ by at most one: {counts}", inputs=shown, got=got)


@part(
    "the estimate, on equal folds",
    points=2,
    hint="m, s and ȳ come from the training part alone, for the held-out part too",
)
def value(candidate, rng):
    for penalty in (0.1, 30.0):
        x, y = regression(rng, 24, 5)
        folds = rng.permutation(np.arange(24) % 4)
        got = candidate.cross_validation_error(x, y, folds, penalty)
        close(got, estimate(x, y, folds, penalty), rtol=1e-4, inputs={"x": x, "y": y, "folds": folds})


@part("the estimate, on folds of different size", points=1, hint="a mean of K means, whatever their sizes")
def uneven(candidate, rng):
    x, y = regression(rng, 20, 3)
    folds = rng.permutation(np.repeat([0, 1, 2], [12, 5, 3]))
    y[folds == 2] += 10.0
    got = candidate.cross_validation_error(x, y, folds, 1.0)
    close(got, estimate(x, y, folds, 1.0), rtol=1e-4, inputs={"x": x, "y": y, "folds": folds})


@part(
    "a feature that is constant in training", points=1, hint="where s = 0 in the training part, divide by 1"
)
def constant(candidate, rng):
    x, y = regression(rng, 16, 3)
    folds = np.arange(16) // 4
    x[:, 1] = 4.0
    x[folds == 2, 1] = 5.0  # constant unless fold 2 is among the training samples
    got = candidate.cross_validation_error(x, y, folds, 0.5)
    close(got, estimate(x, y, folds, 0.5), rtol=1e-4, inputs={"x": x, "y": y, "folds": folds})
