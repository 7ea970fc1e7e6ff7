"""Checks for ex03: overlap along each axis in float64."""

import numpy as np

from course.grading import close, equal, part, shape


def reference(first, second):
    first, second = first.astype("float64"), second.astype("float64")
    low = np.maximum((first[:, :2] - first[:, 2:] / 2)[:, None], (second[:, :2] - second[:, 2:] / 2)[None])
    high = np.minimum((first[:, :2] + first[:, 2:] / 2)[:, None], (second[:, :2] + second[:, 2:] / 2)[None])
    shared = np.prod(np.clip(high - low, 0, None), axis=-1)
    return shared / (np.prod(first[:, 2:], axis=1)[:, None] + np.prod(second[:, 2:], axis=1)[None] - shared)


def boxes(rng, n, spread):
    return np.concatenate([rng.uniform(0, spread, (n, 2)), rng.uniform(4, 8, (n, 2))], axis=1).astype(
        "float32"
    )


@part(
    "boxes that overlap", points=2, hint="|A ∪ B| = |A| + |B| − |A ∩ B|; and the box is given by its centre"
)
def overlapping(candidate, rng):
    for n, m in ((4, 3), (1, 5)):
        first, second = boxes(rng, n, 2), boxes(rng, m, 2)  # so close that all of them overlap
        inputs = {"first": first, "second": second}
        got = candidate.iou(first, second)
        shape(got, (n, m), inputs=inputs)
        close(got, reference(first, second), inputs=inputs, rtol=1e-4, atol=1e-6)


@part(
    "boxes that do not meet",
    points=2,
    hint="a negative width of the shared part means that there is none; two negative factors give a positive product",
)
def disjoint(candidate, rng):
    first = np.array([[5, 5, 4, 4], [5, 5, 2, 6]], "float32")
    second = np.array([[9, 5, 4, 4], [20, 30, 4, 4], [5, 20, 4, 4], [-9, 5, 2, 2], [5, 5, 4, 4]], "float32")
    inputs = {"first": first, "second": second}
    close(candidate.iou(first, second), reference(first, second), inputs=inputs, rtol=1e-4, atol=1e-6)
    first, second = boxes(rng, 5, 30), boxes(rng, 6, 30)
    inputs = {"first": first, "second": second}
    close(candidate.iou(first, second), reference(first, second), inputs=inputs, rtol=1e-4, atol=1e-6)


@part("the best box of the other list", points=1, hint="the largest of every row, if it is at least τ")
def best(candidate, rng):
    for n, m in ((3, 6), (6, 4)):
        first, second = boxes(rng, n, 12), boxes(rng, m, 12)
        overlap = reference(first, second)
        middle = float(np.median(overlap.max(axis=1))) + 1e-3  # some reach it, some do not
        for threshold in (0.0, middle, 0.99):
            expected = np.where(overlap.max(axis=1) >= threshold, overlap.argmax(axis=1), -1)
            inputs = {"first": first, "second": second, "threshold": threshold}
            equal(candidate.match(first, second, threshold), expected, inputs=inputs)


@part(
    "equally good boxes, and an IoU of exactly τ",
    points=1,
    hint="the first of several counts; τ is large enough",
)
def equal_boxes(candidate, rng):
    x, y = rng.integers(0, 9, size=2).tolist()
    # a box of 4 × 4 covers each of its halves, so its IoU with them is exactly 1/2; all other boxes are far away
    first = np.array([[x, y, 4, 4], [x + 40, y, 4, 4]], "float32")
    halves = np.array([[x + 80, y, 4, 4], [x, y + 1, 4, 2], [x, y - 1, 4, 2], [x + 1, y, 2, 4]], "float32")
    for threshold, expected in ((0.5, [1, -1]), (0.25, [1, -1]), (0.0, [1, 0])):
        inputs = {"first": first, "second": halves, "threshold": threshold}
        equal(candidate.match(first, halves, threshold), np.array(expected), inputs=inputs)
