"""Checks for the averaged perceptron: the same rule with one-hot rows."""

import numpy as np

from course.grading import close, equal, part


def updated(W, x, y):
    z = x @ W
    others = np.where(np.arange(W.shape[1]) == y, -np.inf, z)
    k = others.argmax()
    eye = np.eye(W.shape[1])
    return W + (others[k] >= z[y]) * np.outer(x, eye[y] - eye[k])


def drawn(rng, batch=12, features=4, classes=3):
    return rng.normal(size=(batch, features)).round(2), rng.integers(classes, size=batch)


def run(x, y, classes, rounds):
    W, seen, counts = np.zeros((x.shape[1], classes)), [], np.zeros(rounds)
    for i in range(rounds):
        for sample, label in zip(x, y, strict=True):
            new = updated(W, sample, label)
            counts[i] += np.any(new != W)
            W = new
            seen.append(W)
    return W, np.mean(seen, axis=0), counts


@part("the rival", points=1, hint="the right class is no rival, even if its score is the largest")
def rivals(candidate, rng):
    W = rng.normal(size=(4, 3)).round(2)
    for y in range(3):
        x = rng.normal(size=4).round(2)
        z = x @ W
        z[y] = -np.inf
        equal(candidate.rival(W, x, y), int(z.argmax()), inputs={"W": W, "x": x, "y": y})
    x, W = np.array([1.0, 0.0]), np.array([[3.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    equal(candidate.rival(W, x, 0), 1, inputs={"W": W, "x": x, "y": 0})


@part("one sample", points=2, hint="two columns change, and only after a mistake")
def steps(candidate, rng):
    for case in range(6):
        W = rng.normal(size=(4, 3)).round(2)
        x = rng.normal(size=4).round(2)
        y = int((x @ W).argmax()) if case < 2 else int((x @ W).argmin())
        close(candidate.step(W, x, y), updated(W, x, y), inputs={"W": W, "x": x, "y": y}, rtol=1e-6)


@part("equal scores are a mistake", points=1, hint="at W = 0 nothing would ever be learnt otherwise")
def ties(candidate, rng):
    x = rng.normal(size=3).round(2)
    for y in (0, 2):
        W = np.zeros((3, 3))
        close(candidate.step(W, x, y), updated(W, x, y), inputs={"W": W, "x": x, "y": y}, rtol=1e-6)


@part("last and mean weights", points=2, hint="the mean counts the weights after each visit, changed or not")
def means(candidate, rng):
    for rounds in (1, 3):
        x, y = drawn(rng)
        W, mean, _ = run(x, y, 3, rounds)
        close(
            candidate.averaged(x, y, 3, rounds),
            np.stack([W, mean]),
            inputs={"x": x, "y": y, "classes": 3, "rounds": rounds},
            rtol=1e-5,
            atol=1e-5,
        )


@part("mistakes of each round", points=1)
def mistakes(candidate, rng):
    x, y = drawn(rng, 15)
    close(
        candidate.mistakes_of_each_round(x, y, 3, 4),
        run(x, y, 3, 4)[2],
        inputs={"x": x, "y": y, "classes": 3, "rounds": 4},
    )
