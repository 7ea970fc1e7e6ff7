"""Checks for ex11: everything by central differences of the critic in float64."""

import numpy as np

from course.grading import close, part


def critic(x, W, b, w):
    return np.tanh(x @ W + b) @ w


def slopes(x, W, b, w, h=1e-5):
    found = np.zeros(x.shape)
    for j in range(x.shape[1]):
        move = np.zeros(x.shape)
        move[:, j] = h
        found[:, j] = (critic(x + move, W, b, w) - critic(x - move, W, b, w)) / (2 * h)
    return found


def penalty(x, W, b, w, kappa, one_sided=False):
    excess = np.linalg.norm(slopes(x, W, b, w), axis=1) - 1
    return kappa * np.mean((np.maximum(excess, 0) if one_sided else excess) ** 2)


def problem(rng, batch=5, size=3, units=4):
    given = {
        "x": rng.normal(size=(batch, size)),
        "W": rng.normal(size=(size, units)),
        "b": rng.normal(size=units),
        "w": rng.normal(size=units),
    }
    return {name: value.astype("float32") for name, value in given.items()}


def exact(given):
    return {name: np.asarray(value, "float64") for name, value in given.items()}


@part("places between samples", points=1, hint="one share for each sample, for all of its entries")
def places(candidate, rng):
    for shape in ((4, 4), (3, 2, 2, 1)):
        real, fake = (rng.normal(size=shape).astype("float32") for _ in range(2))
        share = rng.uniform(size=shape[0]).astype("float32")
        a = share.reshape(-1, *[1] * (len(shape) - 1))
        given = {"real": real, "fake": fake, "share": share}
        close(candidate.between(**given), a * real + (1 - a) * fake, inputs=given, rtol=1e-4, atol=1e-6)


@part("the slopes", points=3, hint="chain rule: from x W + b through tanh to the sum with w, and back to x")
def gradients(candidate, rng):
    for sizes in ((5, 3, 4), (2, 4, 4), (4, 1, 3)):
        given = problem(rng, *sizes)
        close(candidate.slopes(**given), slopes(**exact(given)), inputs=given, rtol=1e-3, atol=1e-4)


@part("the penalty, two-sided and one-sided", points=2, hint="a norm for each sample, then a mean of squares")
def values(candidate, rng):
    for one_sided in (False, True):
        given = {**problem(rng), "kappa": 3.0}
        expected = penalty(**exact(given), one_sided=one_sided)
        inputs = {**given, "one_sided": one_sided}
        close(candidate.penalty(**inputs), expected, inputs=inputs, rtol=1e-3, atol=1e-5)


def differences(given, name):
    given = exact(given)
    found = []
    for move in 1e-4 * np.eye(len(given[name])):
        up, down = (penalty(**{**given, name: given[name] + sign * move}) for sign in (1, -1))
        found.append((up - down) / 2e-4)
    return np.array(found)


@part(
    "the gradient in w",
    points=2,
    hint="the derivative of a norm is the unit vector; w enters the slope linearly",
)
def by_w(candidate, rng):
    for kappa in (1.0, 10.0):
        given = {**problem(rng), "kappa": kappa}
        got = candidate.penalty_gradients(**given)
        close(got[0], differences(given, "w"), inputs=given, rtol=1e-2, atol=1e-3)


@part("the gradient in b", points=3, hint="b enters the slope only through the derivative of tanh")
def by_b(candidate, rng):
    for kappa in (1.0, 10.0):
        given = {**problem(rng), "kappa": kappa}
        got = candidate.penalty_gradients(**given)
        close(got[1], differences(given, "b"), inputs=given, rtol=1e-2, atol=1e-3)
