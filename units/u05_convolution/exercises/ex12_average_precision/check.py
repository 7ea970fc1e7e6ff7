"""Checks for ex12: plain loops, one box and one recall at a time."""

import numpy as np

from course.grading import close, equal, part


def matched(overlap, difficult, threshold):
    used, found = set(), []
    for row in overlap:
        open_ones = [
            j for j in range(len(difficult)) if not difficult[j] and j not in used and row[j] >= threshold
        ]
        if open_ones:
            used.add(max(open_ones, key=lambda j: row[j]))
            found.append(1)
        elif any(d and value >= threshold for d, value in zip(difficult, row, strict=True)):
            found.append(-1)
        else:
            found.append(0)
    return np.array(found)


def precision(found, objects):
    curve, right, n = [], 0, 0
    for f in found:
        if f >= 0:
            n, right = n + 1, right + int(f)
            curve.append((right / n, right / objects))
    return sum(max([p for p, r in curve if r >= k / 100 - 1e-9], default=0) for k in range(101)) / 101


def scene(rng, boxes=12, objects=5):
    """Overlaps as they occur: many boxes are near one object, and none is closer than 0.004 to a threshold."""
    overlap = rng.uniform(0, 0.45, size=(boxes, objects))
    near = rng.integers(objects, size=boxes)
    overlap[np.arange(boxes), near] = (
        0.5 + 0.05 * rng.integers(-1, 9, size=boxes) + rng.uniform(0.005, 0.045, size=boxes)
    )
    return overlap


@part(
    "true positives and false alarms",
    points=2,
    hint="an object is found once; a box takes the best one that is free",
)
def plain(candidate, rng):
    nobody = np.zeros(5, bool)
    for threshold in (0.5, 0.7):
        inputs = {"overlap": scene(rng), "difficult": nobody, "threshold": threshold}
        equal(candidate.match(*inputs.values()), matched(*inputs.values()), inputs=inputs)
    crossed = np.array(
        [[0.9, 0.8, 0.1], [0.95, 0.7, 0.2], [0.9, 0.6, 0.5]]
    )  # the second best is taken, then the third
    inputs = {"overlap": crossed, "difficult": np.zeros(3, bool), "threshold": 0.5}
    equal(candidate.match(*inputs.values()), np.array([1, 1, 1]), inputs=inputs)


@part("difficult objects", points=2, hint="they are looked at last, and they stay free")
def difficult(candidate, rng):
    for threshold in (0.5, 0.6):
        inputs = {"overlap": scene(rng), "difficult": np.array([1, 0, 0, 1, 0], bool), "threshold": threshold}
        equal(candidate.match(*inputs.values()), matched(*inputs.values()), inputs=inputs)
    # the difficult object is nearer, but the other one is free; then only the difficult one is left, twice
    overlap = np.array([[0.6, 0.9], [0.6, 0.9], [0.6, 0.8]])
    inputs = {"overlap": overlap, "difficult": np.array([False, True]), "threshold": 0.5}
    equal(candidate.match(*inputs.values()), np.array([1, -1, -1]), inputs=inputs)
    inputs = {**inputs, "overlap": np.array([[0.25, 0.5]])}  # an IoU of exactly τ is enough
    equal(candidate.match(*inputs.values()), np.array([-1]), inputs=inputs)


@part(
    "the mean over 101 recalls",
    points=2,
    hint="the largest precision among the points with at least this recall",
)
def points(candidate, rng):
    for objects in (8, 13):
        found = rng.integers(2, size=15)
        found[np.cumsum(found) > objects] = 0
        inputs = {"found": found, "objects": objects}
        close(
            candidate.average_precision(*inputs.values()),
            precision(*inputs.values()),
            inputs=inputs,
            rtol=1e-6,
        )
    inputs = {"found": np.zeros(4, int), "objects": 2}
    close(candidate.average_precision(*inputs.values()), 0.0, inputs=inputs, atol=1e-9)


@part(
    "ignored boxes are left out",
    points=2,
    hint="they belong neither to the true positives nor to the n boxes",
)
def ignored(candidate, rng):
    found = np.concatenate([[0, -1, 1], rng.integers(-1, 2, size=9), [-1, 1]])
    inputs = {"found": found, "objects": int(np.sum(found == 1)) + 2}
    close(
        candidate.average_precision(*inputs.values()), precision(*inputs.values()), inputs=inputs, rtol=1e-6
    )


@part(
    "over ten thresholds",
    points=2,
    hint="τ = 0.5, 0.55, …, 0.95; difficult objects do not count",
)
def thresholds(candidate, rng):
    for marks in ([0, 0, 0, 0, 0], [0, 1, 0, 0, 1]):
        inputs = {"overlap": scene(rng), "difficult": np.array(marks, bool)}
        objects = 5 - sum(marks)
        expected = np.mean([precision(matched(*inputs.values(), 0.5 + 0.05 * k), objects) for k in range(10)])
        close(candidate.over_thresholds(*inputs.values()), expected, inputs=inputs, rtol=1e-6)
