"""Checks for ex10: gradients by central differences in float64, indices by loops."""

import numpy as np

from course.grading import close, equal, part


def loss(anchor, positive, negative, margin):
    near = np.sum((anchor - positive) ** 2, axis=1)
    far = np.sum((anchor - negative) ** 2, axis=1)
    return np.mean(np.maximum(near - far + margin, 0))


def slope(f, at, h=1e-6):
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def triplets(rng, n=6, features=3):
    """Half of them with a loss, half without, none near the kink."""
    anchor = rng.normal(size=(n, features))
    step = rng.normal(size=(n, features))
    step /= np.linalg.norm(step, axis=1, keepdims=True)
    turn = rng.permutation(np.eye(features))[0] * rng.choice([-1, 1])
    far = np.where(np.arange(n) % 2 == 0, 0.8, 2.5)[:, None]
    return [v.astype("float32") for v in (anchor, anchor + step, anchor + far * turn)]


def batch(rng, y, features=2):
    f = rng.normal(size=(len(y), features))
    return np.sum((f[:, None] - f[None]) ** 2, axis=-1).astype("float32")


def hardest(squared, y):
    n = len(y)
    result = np.full((2, n), -1)
    for i in range(n):
        positives = [j for j in range(n) if y[j] == y[i] and j != i]
        negatives = [j for j in range(n) if y[j] != y[i]]
        if positives:
            result[0, i] = max(positives, key=lambda j: squared[i, j])
        if negatives:
            result[1, i] = min(negatives, key=lambda j: squared[i, j])
    return result


def semi_hard(squared, y, margin):
    n = len(y)
    result = np.full((n, n), -1)
    for i in range(n):
        for j in range(n):
            found = [
                k for k in range(n) if y[k] != y[i] and squared[i, j] < squared[i, k] < squared[i, j] + margin
            ]
            if y[j] == y[i] and j != i and found:
                result[i, j] = max(found, key=lambda k: squared[i, k])
    return result


LABELS = np.array([0, 1, 0, 2, 1, 0, 2, 1], "int32")


@part(
    "the loss",
    points=1,
    hint="squared distances, the maximum for each triplet, then the mean over all triplets",
)
def value(candidate, rng):
    for margin in (0.5, 1.5):
        a, p, n = triplets(rng)
        inputs = {"anchor": a, "positive": p, "negative": n, "margin": margin}
        close(
            candidate.loss_and_gradients(a, p, n, margin)[0], loss(a, p, n, margin), inputs=inputs, rtol=1e-4
        )


@part(
    "its gradients",
    points=3,
    hint="2 (a − p) − 2 (a − n) for the anchor; 0 where the loss is 0; divide by n",
)
def gradients(candidate, rng):
    a, p, n = triplets(rng)
    inputs = {"anchor": a, "positive": p, "negative": n, "margin": 0.5}
    got = candidate.loss_and_gradients(a, p, n, 0.5)
    A, P, N = (v.astype("float64") for v in (a, p, n))
    expected = (
        slope(lambda v: loss(v, P, N, 0.5), A),
        slope(lambda v: loss(A, v, N, 0.5), P),
        slope(lambda v: loss(A, P, v, 0.5), N),
    )
    close(got[1], expected[0], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂anchor")
    close(got[2], expected[1], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂positive")
    close(got[3], expected[2], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂negative")


@part(
    "the hardest triplets", points=2, hint="the farthest of the same identity, and the nearest of the others"
)
def hard(candidate, rng):
    for _ in range(3):
        squared = batch(rng, LABELS)
        got = candidate.hardest(squared, LABELS)
        expected = hardest(squared, LABELS)
        inputs = {"squared": squared, "y": LABELS}
        equal(got[0], expected[0], inputs=inputs, message="the positives")
        equal(got[1], expected[1], inputs=inputs, message="the negatives")


@part(
    "anchors without a positive or a negative",
    points=1,
    hint="ops.any says whether there is a candidate",
)
def missing(candidate, rng):
    for y in (np.array([0, 1, 1, 2], "int32"), np.array([3, 3, 3], "int32")):
        squared = batch(rng, y)
        got, expected = candidate.hardest(squared, y), hardest(squared, y)
        inputs = {"squared": squared, "y": y}
        equal(got[0], expected[0], inputs=inputs, message="the positives")
        equal(got[1], expected[1], inputs=inputs, message="the negatives")


@part(
    "semi-hard negatives",
    points=2,
    hint="between Δ²_ij and Δ²_ij + m; the farthest of these",
)
def inside(candidate, rng):
    for margin in (0.7, 2.0, 20.0):
        squared = batch(rng, LABELS)
        inputs = {"squared": squared, "y": LABELS, "margin": margin}
        equal(candidate.semi_hard(squared, LABELS, margin), semi_hard(squared, LABELS, margin), inputs=inputs)
    # whole numbers: negatives exactly as far as the positive, and exactly at the margin, are not inside
    places, y = np.array([0, 2, -2, 3, 4, 5]), np.array([0, 0, 1, 1, 1, 0], "int32")
    squared = np.square(places[:, None] - places[None]).astype("float32")
    for margin in (5.0, 12.0):
        inputs = {"squared": squared, "y": y, "margin": margin}
        equal(candidate.semi_hard(squared, y, margin), semi_hard(squared, y, margin), inputs=inputs)
