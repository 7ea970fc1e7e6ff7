"""Checks for ex09: plain loops over sorted boxes."""

import numpy as np

from course.grading import close, equal, part


def iou(a, b):
    sides = [max(0.0, min(a[2 + k], b[2 + k]) - max(a[k], b[k])) for k in (0, 1)]
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return sides[0] * sides[1] / (areas[0] + areas[1] - sides[0] * sides[1])


def hard(boxes, scores, classes, threshold):
    result, kept = [-1] * len(boxes), []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        removers = [j for j in kept if classes[i] == classes[j] and iou(boxes[i], boxes[j]) > threshold]
        if removers:
            result[i] = removers[0]
        else:
            kept.append(i)
    return np.array(result)


def soft(boxes, scores, rate):
    now, left = [float(s) for s in scores], list(range(len(boxes)))
    while left:
        best = max(left, key=lambda i: now[i])
        left.remove(best)
        for i in left:
            now[i] *= np.exp(-rate * iou(boxes[i], boxes[best]) ** 2)
    return np.array(now)


def scene(rng, n=14):
    """Boxes in a small area, so that many overlap; whole coordinates; scores that are all different."""
    corner = rng.integers(0, 12, size=(n, 2))
    boxes = np.concatenate([corner, corner + rng.integers(4, 9, size=(n, 2))], axis=1).astype("float64")
    return boxes, rng.permutation(np.linspace(0.1, 0.95, n)), rng.integers(2, size=n)


def row(n, step=2, side=4):
    return np.array([[step * i, 0, step * i + side, side] for i in range(n)], "float64")


@part(
    "one class",
    points=2,
    hint="visit the boxes in the order of falling scores; compare with kept boxes only",
)
def one_class(candidate, rng):
    for threshold in (0.2, 0.5):
        boxes, scores, _ = scene(rng)
        inputs = {"boxes": boxes, "scores": scores, "classes": np.zeros(14, int), "threshold": threshold}
        equal(candidate.removed_by(*inputs.values()), hard(*inputs.values()), inputs=inputs)


@part("a removed box removes nobody", points=1, hint="in a chain every second box is kept")
def chain(candidate, rng):
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    inputs = {"boxes": row(5), "scores": scores, "classes": np.zeros(5, int), "threshold": 0.3}
    equal(candidate.removed_by(*inputs.values()), hard(*inputs.values()), inputs=inputs)


@part(
    "classes apart, and IoU equal to τ",
    points=2,
    hint="only boxes of the same class remove, and only above τ",
)
def classes(candidate, rng):
    boxes, scores, names = scene(rng)
    inputs = {"boxes": boxes, "scores": scores, "classes": names, "threshold": 0.25}
    equal(candidate.removed_by(*inputs.values()), hard(*inputs.values()), inputs=inputs)
    # two boxes of 4 × 4, of which one half is shared by a box of 4 × 2: IoU is exactly 1/2
    boxes = np.array([[0, 0, 4, 4], [0, 0, 4, 2]], "float64")
    inputs = {"boxes": boxes, "scores": np.array([0.4, 0.6]), "classes": np.array([1, 1]), "threshold": 0.5}
    equal(candidate.removed_by(*inputs.values()), np.array([-1, -1]), inputs=inputs)


@part(
    "soft scores",
    points=2,
    hint="the scores of the chosen box and of boxes chosen earlier do not change",
)
def softly(candidate, rng):
    for rate in (0.7, 3.0):
        boxes, scores, _ = scene(rng, 10)
        inputs = {"boxes": boxes, "scores": scores, "rate": rate}
        close(
            candidate.soft_scores(*inputs.values()),
            soft(*inputs.values()),
            inputs=inputs,
            rtol=1e-5,
            atol=1e-9,
        )


@part("the order follows the current scores", points=1, hint="look for the largest score anew in every round")
def order(candidate, rng):
    for rate in (9.0, 20.0):
        inputs = {"boxes": row(5), "scores": np.array([0.9, 0.8, 0.7, 0.6, 0.5]), "rate": rate}
        close(
            candidate.soft_scores(*inputs.values()),
            soft(*inputs.values()),
            inputs=inputs,
            rtol=1e-5,
            atol=1e-12,
        )
