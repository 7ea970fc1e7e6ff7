"""Check of ex08_kmeans: references by loops over samples and clusters."""

import numpy as np

from course.grading import close, equal, part


def distances(x, c):
    return np.array([[np.linalg.norm(xi - ck) for ck in c.astype("float64")] for xi in x.astype("float64")])


def problem(rng, n=30, p=3, K=4):
    return rng.normal(size=(n, p)).astype("float32"), rng.normal(size=(K, p)).astype("float32")


@part(
    "the nearest centroid",
    points=2,
    hint="distances of shape (batch, clusters), then argmin over the clusters",
)
def nearest(candidate, rng):
    for K in (1, 4):
        x, c = problem(rng, K=K)
        equal(candidate.assign(x, c), distances(x, c).argmin(1), inputs={"x": x, "c": c})


@part("a tie goes to the lowest number", points=1, hint="argmin takes the first of equals")
def tie(candidate, rng):
    x, c = np.array([[0.0, 0], [0, 5]], "float32"), np.array([[9.0, 9], [0, 1], [0, -1], [1, 0]], "float32")
    equal(candidate.assign(x, c), np.array([1, 1]), inputs={"x": x, "c": c})


@part(
    "the mean of each cluster",
    points=2,
    hint="R = one_hot(r): Rᵀ x are the sums, the sums of R's columns the counts",
)
def means(candidate, rng):
    x, c = problem(rng)
    r = np.arange(len(x)) % 4
    rng.shuffle(r)
    r[:6] = 2  # clusters of different size
    expected = np.array([x[r == k].mean(0) for k in range(4)])
    close(candidate.update(x, r, c), expected, rtol=1e-4, atol=1e-5, inputs={"x": x, "r": r, "c": c})


@part("an empty cluster stays", points=2, hint="0/0 is no mean: keep c_k where n_k = 0")
def empty(candidate, rng):
    x, c = problem(rng)
    r = rng.permutation(np.arange(len(x)) % 2) * 3  # clusters 1 and 2 have no samples
    expected = np.array([x[r == k].mean(0) if np.any(r == k) else c[k] for k in range(4)])
    close(candidate.update(x, r, c), expected, rtol=1e-4, atol=1e-5, inputs={"x": x, "r": r, "c": c})


@part("the inertia", points=1, hint="squared distances, and a sum, not a mean")
def objective(candidate, rng):
    x, c = problem(rng)
    r = rng.integers(0, 4, len(x))
    expected = np.sum(distances(x, c)[np.arange(len(x)), r] ** 2)
    close(candidate.inertia(x, r, c), expected, rtol=1e-4, inputs={"x": x, "r": r, "c": c})


@part(
    "the probabilities of k-means++", points=2, hint="squared distance to the nearest of all centroids so far"
)
def seeding(candidate, rng):
    for K in (1, 3):
        x, c = problem(rng, K=K)
        D2 = distances(x, c).min(1) ** 2
        got = candidate.seeding_probabilities(x, c)
        close(got, D2 / D2.sum(), rtol=1e-4, inputs={"x": x, "c": c})
