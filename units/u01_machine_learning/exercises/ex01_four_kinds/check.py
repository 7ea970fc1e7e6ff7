"""Check of ex01_four_kinds: NumPy in float64 is the reference."""

import numpy as np
from scipy.spatial.distance import cdist

from course.grading import close, equal, part


@part("supervised: the nearest mean", points=2, hint="one mean for each class, then the smallest distance")
def supervised(candidate, rng):
    # Classes of very different sizes, so that means and sums are told apart.
    y = rng.permutation(np.repeat([0, 1, 2], [3, 12, 25])).astype("int32")
    centres = np.array([[0.0, 4.0], [3.0, -1.0], [-3.0, 0.0]])
    x = (centres[y] + rng.normal(size=(40, 2))).astype("float32")
    new = (centres[rng.integers(3, size=30)] + 1.5 * rng.normal(size=(30, 2))).astype("float32")
    means = np.stack([x[y == k].mean(axis=0) for k in range(3)])
    distances = np.sort(cdist(new, means), axis=1)
    new = new[distances[:, 1] - distances[:, 0] > 1e-3]
    expected = cdist(new, means).argmin(axis=1)
    equal(candidate.nearest_mean(x, y, new, 3), expected, inputs={"x": x, "y": y, "new": new})


@part(
    "unsupervised: the distance to the nearest other sample",
    points=2,
    hint="leave out i itself, whose distance to itself is 0",
)
def unsupervised(candidate, rng):
    x = rng.normal(size=(12, 3)).astype("float32")
    distances = cdist(x, x)
    np.fill_diagonal(distances, np.inf)
    close(candidate.isolation(x), distances.min(axis=1), inputs={"x": x}, rtol=1e-4, atol=1e-5)


@part("unsupervised: equal samples", points=1, hint="leave out the pair (i, i), not every distance 0")
def twins(candidate, rng):
    x = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0]], "float32")
    close(candidate.isolation(x), np.array([5.0, 0.0, 0.0]), inputs={"x": x}, atol=1e-4)


@part("reinforcement: the running mean of one arm", points=2, hint="after N rewards Q_a is their mean")
def reinforcement(candidate, rng):
    values, counts = np.zeros(3, "float32"), np.zeros(3, "float32")
    seen = [[], [], []]
    for _ in range(6):
        arm, reward = int(rng.integers(2)), round(float(rng.normal(3.0)), 2)  # the third arm is never pulled
        seen[arm].append(reward)
        inputs = {"values": values, "counts": counts, "arm": arm, "reward": reward}
        got = candidate.learn_from_reward(values, counts, arm, reward)
        values = np.array([np.mean(s) if s else 0.0 for s in seen], "float32")
        counts = np.array([len(s) for s in seen], "float32")
        close(got, (values, counts), inputs=inputs, rtol=1e-4, atol=1e-4)


@part("generative: the right mean and covariance", points=3, hint="rows: noise times the transpose of L")
def generative(candidate, rng):
    x = (rng.normal(size=(20, 2)) @ np.array([[1.0, 2.0], [0.0, 0.5]]) + [5.0, -3.0]).astype("float32")
    noise = rng.normal(size=(6, 2)).astype("float32")
    L = np.linalg.cholesky(np.cov(x.T.astype("float64"), bias=True))
    expected = x.mean(axis=0) + noise @ L.T
    close(candidate.generate(x, noise), expected, inputs={"x": x, "noise": noise}, rtol=1e-3, atol=1e-3)
