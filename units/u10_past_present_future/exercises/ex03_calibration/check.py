"""Checks for calibration: loops over samples."""

import numpy as np

from course.grading import close, part

Y = np.array([0, 1, 1, 0, 2, 2])
P = np.array(
    [
        [0.7, 0.2, 0.1],
        [0.05, 0.9, 0.05],
        [0.55, 0.26, 0.19],
        [0.6, 0.3, 0.1],
        [0.02, 0.0, 0.98],
        [0.0, 0.0, 1.0],
    ]
)


def drawn(rng, n, classes=3):
    """Probabilities without equal confidences, and labels that agree with them more or less."""
    z = rng.normal(size=(n, classes)) * 1.5
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return np.array([rng.choice(classes, p=row) for row in 0.7 * p + 0.3 / classes]), p


def adaptive(y, p, bins):
    rows = sorted((row.max(), row.argmax() == label) for row, label in zip(p, y, strict=True))
    error = 0.0
    for b in range(bins):
        inside = [row for i, row in enumerate(rows) if i * bins // len(rows) == b]
        confidence, right = np.mean([c for c, _ in inside]), np.mean([a for _, a in inside])
        error += len(inside) / len(rows) * abs(right - confidence)
    return error


def classwise(y, p, bins):
    total = 0.0
    for k in range(p.shape[1]):
        for b in range(bins):
            inside = [i for i in range(len(y)) if min(int(p[i, k] * bins), bins - 1) == b]
            if inside:
                gap = abs(np.mean([y[i] == k for i in inside]) - np.mean([p[i, k] for i in inside]))
                total += len(inside) / len(y) * gap
    return total / p.shape[1]


@part("the signed gap", points=1, hint="positive if the confidence is larger than the accuracy")
def gap(candidate, rng):
    for y, p in ((Y, P), drawn(rng, 20), (1 - (P.argmax(1) > 0), P), (P.argmax(1), P)):
        expected = p.max(1).mean() - np.mean(p.argmax(1) == y)
        close(candidate.overconfidence(y, p), expected, inputs={"y": y, "p_hat": p}, rtol=1e-5, atol=1e-6)


@part(
    "bins of equal count",
    points=3,
    hint="sort by the confidence; sample number i of n is in bin ⌊i · bins / n⌋",
)
def equal_count(candidate, rng):
    cases = [(Y, P, 2), (Y, P, 4), (*drawn(rng, 23), 5), (*drawn(rng, 40, 4), 7), (*drawn(rng, 10), 1)]
    for y, p, bins in cases:
        close(
            candidate.adaptive_error(y, p, bins),
            adaptive(y, p, bins),
            inputs={"y": y, "p_hat": p, "bins": bins},
            rtol=1e-5,
            atol=1e-6,
        )


@part(
    "every class by itself", points=2, hint="all samples are in the bins of every class, whatever their label"
)
def every_class(candidate, rng):
    wrong_last = np.array([0, 1, 1, 0, 2, 0])  # of 0.98 and 1.0 for class 2 the second one is wrong
    # 0.25 and 0.5 lie on the borders of four bins, and belong to the upper ones
    borders = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.3, 0.2, 0.5], [0.6, 0.2, 0.2]])
    fixed = ((Y, P, 4), (wrong_last, P, 4), (np.array([0, 1, 2, 0]), borders, 4))
    for y, p, bins in (*fixed, (*drawn(rng, 30), 5), (*drawn(rng, 25, 4), 3)):
        close(
            candidate.classwise_error(y, p, bins),
            classwise(y, p, bins),
            inputs={"y": y, "p_hat": p, "bins": bins},
            rtol=1e-5,
            atol=1e-6,
        )
