"""Checks for ex05: loops over queries and keys; the derivative by differences in float64."""

import numpy as np

from course.grading import close, equal, part


def mask_of(queries, lengths, window):
    return np.array(
        [[[t - window < s <= t and s < n for s in range(queries)] for t in range(queries)] for n in lengths]
    )


def attend(q, k, v, mask):
    q, k, v = (np.asarray(a, "float64") for a in (q, k, v))
    output = np.zeros((*q.shape[:2], v.shape[-1]))
    for n, t in np.ndindex(*q.shape[:2]):
        seen = np.flatnonzero(mask[n, t])
        e = np.array([q[n, t] @ k[n, s] for s in seen]) / np.sqrt(q.shape[-1])
        top = max([0.0, *e])
        below = np.exp(-top) + np.exp(e - top).sum()
        for s, score in zip(seen, e, strict=True):
            output[n, t] += np.exp(score - top) / below * v[n, s]
    return output


def case(rng, queries=3, keys=4, d=5, channels=2):
    q, k, v = (
        rng.normal(size=(2, steps, width)) for steps, width in ((queries, d), (keys, d), (keys, channels))
    )
    mask = rng.random((2, queries, keys)) < 0.6
    mask[0, 0], mask[1, 1] = True, False  # one query sees all keys, and one sees none
    arrays = {"q": q, "k": k, "v": v}
    return {**{name: a.astype("float32") for name, a in arrays.items()}, "mask": mask}


@part("the mask", points=2, hint="a window of 1 leaves each query its own step")
def masks(candidate, rng):
    for queries, lengths, window in (
        (4, [4, 2], 2),
        (3, [3, 0, 1], 1),
        (5, [5, 4], 5),
        (6, rng.integers(0, 7, size=3).tolist(), int(rng.integers(2, 5))),
    ):
        lengths = np.array(lengths, "int32")
        inputs = {"queries": queries, "lengths": lengths, "window": window}
        equal(
            candidate.window_mask(queries, lengths, window), mask_of(queries, lengths, window), inputs=inputs
        )


@part("the outputs", points=2, hint="what is the output of a query that may look at no key?")
def outputs(candidate, rng):
    for _ in range(3):
        inputs = case(rng)
        close(candidate.attend(**inputs), attend(**inputs), inputs=inputs, rtol=1e-4, atol=1e-5)


@part(
    "large and very negative scores",
    points=2,
    hint="subtract the largest score, from the 1 = exp(0) in the denominator too",
)
def stable(candidate, rng):
    v = np.array([[[1.0], [2.0]]] * 3, "float32")
    q, k = np.full((3, 1, 4), 10, "float32"), np.ones((3, 2, 4), "float32")
    k[0] *= np.array([[100.0], [99.0]])  # scores 2,000 and 1,980: the first one has all of the weight
    k[1] *= -100  # the scores are −2,000: no weight at all
    k[2] *= np.array([[-0.05], [-0.1]])  # −1 and −2: less than half of the weight
    mask = np.ones((3, 1, 2), bool)
    inputs = {"q": q, "k": k, "v": v, "mask": mask}
    close(candidate.attend(q, k, v, mask), attend(q, k, v, mask), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the gradient by the queries", points=2, hint="p_s (g_s − ∑ p g), as for softmax")
def gradient(candidate, rng):
    inputs = case(rng)
    D = rng.normal(size=(2, 3, 2)).astype("float32")
    expected, h = np.zeros(inputs["q"].shape), 1e-5
    for index in np.ndindex(*expected.shape):
        moved = [inputs["q"].astype("float64") for _ in range(2)]
        moved[0][index] += h
        moved[1][index] -= h
        up, down = (np.sum(D * attend(**{**inputs, "q": q})) for q in moved)
        expected[index] = (up - down) / (2 * h)
    got = candidate.query_gradient(**inputs, D=D)
    close(got, expected, inputs={**inputs, "D": D}, rtol=1e-3, atol=1e-4)
