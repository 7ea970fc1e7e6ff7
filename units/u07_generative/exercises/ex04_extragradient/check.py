"""Checks for ex04: difference quotients of V, steps written out for two players, long paths in place of eigenvalues."""

import numpy as np

from course.grading import close, part


def payoff(game, theta, phi):
    P, A, Q, b, c = game
    return theta @ P @ theta / 2 + theta @ A @ phi - phi @ Q @ phi / 2 + b @ theta + c @ phi


def slopes(game, w):
    """−∂V/∂θ and ∂V/∂φ by differences, which are exact for a quadratic."""
    n = len(game[3])
    found = []
    for i in range(len(w)):
        ends = [payoff(game, *np.split(w + way * np.eye(len(w))[i], [n])) for way in (1, -1)]
        found.append((ends[0] - ends[1]) / 2 * (-1 if i < n else 1))
    return np.array(found)


def matrix(game):
    """The linear part of the steps' direction, one column for each entry of w."""
    size = len(game[3]) + len(game[4])
    return np.array([slopes(game, e) - slopes(game, 0 * e) for e in np.eye(size)]).T


def drawn(rng, n, m, curved=True):
    def symmetric(size):
        root = rng.normal(size=(size, size)) * 0.4
        return root @ root.T * curved

    return [symmetric(n), rng.normal(size=(n, m)), symmetric(m), rng.normal(size=n), rng.normal(size=m)]


@part("the field", points=2, hint="θ goes down and φ goes up")
def field(candidate, rng):
    for n, m in ((1, 1), (2, 3), (3, 1)):
        game, w = drawn(rng, n, m), rng.normal(size=n + m)
        close(candidate.field(game, w), slopes(game, w), inputs={"game": game, "w": w}, rtol=1e-5, atol=1e-6)


@part(
    "steps",
    points=2,
    hint="the field is taken at the place ahead, and the step is made from the place itself",
)
def steps(candidate, rng):
    for n, m in ((1, 1), (2, 3)):
        game, w = drawn(rng, n, m), rng.normal(size=n + m)
        ahead, step = rng.uniform(0.05, 0.15), rng.uniform(0.2, 0.3)
        path = [w]
        for _ in range(5):
            path.append(path[-1] + step * slopes(game, path[-1] + ahead * slopes(game, path[-1])))
        inputs = {"game": game, "w": w, "ahead": ahead, "step": step, "steps": 5}
        close(
            candidate.extragradient(game, w, ahead, step, 5),
            np.array(path),
            inputs=inputs,
            rtol=1e-4,
            atol=1e-5,
        )


@part("the solution", points=1, hint="both gradients are 0: linear equations for θ and φ together")
def resting_point(candidate, rng):
    for n in (1, 3):
        game = drawn(rng, n, n)
        game[1] = game[1] + 3 * np.eye(n)
        got = np.asarray(candidate.resting_point(game))
        close(matrix(game) @ got, -slopes(game, np.zeros(2 * n)), inputs={"game": game}, rtol=1e-3, atol=1e-4)


@part("growth", points=2, hint="one step is w ← w + step · J (w + ahead · J w), up to a constant")
def growth(candidate, rng):
    for ahead, step, curved in ((0.2, 0.2, False), (0.0, 0.2, True), (0.1, 0.3, True)):
        game = drawn(rng, 2, 2, curved)
        J = matrix(game)
        one_step = np.eye(4) + step * (J + ahead * J @ J)
        expected = np.abs(np.linalg.eigvals(one_step)).max()
        inputs = {"game": game, "ahead": ahead, "step": step}
        close(candidate.growth(game, ahead, step), expected, inputs=inputs, rtol=1e-4)


@part(
    "the largest step",
    points=2,
    hint="on the bilinear game the eigenvalues of J are ± i times the singular values",
)
def largest(candidate, rng):
    for size in (1, 4, 4):
        singular, ahead = rng.uniform(0.3, 3, size=size), rng.uniform(0.1, 0.8)

        def size_of(step, singular=singular, ahead=ahead):
            return np.abs(1 + 1j * step * singular * (1 + 1j * ahead * singular)).max()

        low, high = 0.0, 10.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if middle > 0 and size_of(middle) < 1 else (low, middle)
        inputs = {"singular_values": singular, "ahead": ahead}
        close(candidate.largest_step(singular, ahead), low, inputs=inputs, rtol=1e-3)
