"""Check of ex02_perceptron: the reference counts in whole numbers, where both sides are exact."""

import numpy as np

from course.grading import close, part, raises


def perceptron(x, y, rounds):
    w, mistakes = np.zeros(x.shape[1]), 0
    for _ in range(rounds):
        before = mistakes
        for i in range(len(x)):
            if y[i] * np.dot(w, x[i]) <= 0:
                w, mistakes = w + y[i] * x[i], mistakes + 1
        if mistakes == before:
            break
    return w, mistakes


def separable(rng, n=30, p=3):
    """Whole-number samples on two sides of a hyperplane, none on it; with the hyperplane's normal."""
    teacher = rng.integers(1, 4, size=p) * rng.choice([-1, 1], size=p)
    x = rng.integers(-5, 6, size=(4 * n, p)).astype("float64")
    x = x[x @ teacher != 0][:n]
    return x, np.sign(x @ teacher).astype("int64"), teacher.astype("float64")


@part(
    "the example of the task",
    points=1,
    hint="a sample with y wᵀx = 0 is a mistake, and each update counts as one",
)
def example(candidate, rng):
    x, y = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([1, -1])
    w, mistakes = candidate.fit(x, y, 10)
    close(w, np.array([1.0, -2.0]), inputs={"x": x, "y": y}, message="the weights")
    close(mistakes, 2, inputs={"x": x, "y": y}, message="the mistakes", rtol=0, atol=0)


@part(
    "updates immediately, in the order of the samples",
    points=3,
    hint="the next sample uses the updated weights",
)
def path(candidate, rng):
    for _ in range(4):
        x, y, _ = separable(rng)
        w, mistakes = candidate.fit(x, y, 1000)
        expected, count = perceptron(x, y, 1000)
        close(w, expected, inputs={"x": x, "y": y}, message="the weights")
        close(mistakes, count, inputs={"x": x, "y": y}, message="the mistakes", rtol=0, atol=0)


@part(
    "stops after the given number of rounds",
    points=1,
    hint="for data that no hyperplane separates the rule never ends",
)
def gives_up(candidate, rng):
    x = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    y = np.array([-1, 1, 1, -1])
    for rounds in (1, 2, 7):
        w, mistakes = candidate.fit(x, y, rounds)
        expected, count = perceptron(x, y, rounds)
        close(w, expected, inputs={"x": x, "y": y, "rounds": rounds}, message="the weights")
        close(
            mistakes, count, inputs={"x": x, "y": y, "rounds": rounds}, message="the mistakes", rtol=0, atol=0
        )


@part(
    "the bound is (R/γ)²", points=2, hint="γ is a distance: divide by the length of w, and square at the end"
)
def bound(candidate, rng):
    for factor in (1.0, 0.01):
        x, y, w = separable(rng)
        w = factor * w
        gamma = (y * (x @ w)).min() / np.sqrt((w**2).sum())
        expected = (x**2).sum(axis=1).max() / gamma**2
        got = candidate.mistake_bound(x, y, w)
        close(got, expected, inputs={"x": x, "y": y, "w": w}, rtol=1e-6)


@part("no bound where w does not separate", points=1, hint="raise ValueError when the margin is not positive")
def no_bound(candidate, rng):
    x, y, w = separable(rng)
    raises(ValueError, candidate.mistake_bound, x, y, -w)
    x[0] = 0.0  # a sample on the hyperplane
    raises(ValueError, candidate.mistake_bound, x, y, w)
