"""Checks for ex06: loops over rows and tokens, away from ties and borders."""

import numpy as np

from course.grading import close, equal, part

INF = np.inf
# with a share of 0.1 the limits are 0.09 and 0.04: neither 0.1 nor the limit of the other row gives the same tokens
SURE_AND_UNSURE = np.log(np.array([[0.06, 0.9, 0.03, 0.01], [0.4, 0.05, 0.35, 0.2]], "float32"))


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def drawn(rng, batch, vocabulary):
    return rng.normal(size=(batch, vocabulary)).astype("float32") * 2


def apart(values, border):
    """No value is so near to a border that rounding decides."""
    return np.abs(np.asarray(values) - border).min() > 1e-3


def finite(z, floor=-1e30):
    """−∞ cannot be subtracted from itself: it becomes a number that no logit has."""
    return np.maximum(np.asarray(z, "float64"), floor)


@part("min-p", points=2, hint="the limit is a share of the row's largest probability")
def minimum(candidate, rng):
    share = 0.1
    for z in (SURE_AND_UNSURE, drawn(rng, 1, 5), drawn(rng, 4, 7)):
        batch, vocabulary = z.shape
        while not all(apart(softmax(row), share * softmax(row).max()) for row in z):
            z = drawn(rng, batch, vocabulary)
        expected = np.array(
            [
                [
                    v if p >= share * softmax(row).max() else -INF
                    for v, p in zip(row, softmax(row), strict=True)
                ]
                for row in z
            ]
        )
        close(
            finite(candidate.min_p(z, share)),
            finite(expected),
            inputs={"logits": z, "share": share},
            rtol=1e-5,
        )
    z = drawn(rng, 2, 5)
    expected = np.where(z == z.max(axis=1, keepdims=True), z, -INF)
    inputs = {"logits": z, "share": 1.0}
    close(finite(candidate.min_p(z, 1.0)), finite(expected), inputs=inputs, rtol=1e-5, message="a share of 1")


@part("the repetition penalty", points=2, hint="a positive logit is divided, a negative one multiplied, once")
def penalty(candidate, rng):
    for batch, vocabulary, seq in ((1, 5, 6), (3, 8, 4)):
        z, ids = (
            drawn(rng, batch, vocabulary),
            rng.integers(vocabulary - 1, size=(batch, seq)).astype("int32"),
        )
        ids[:, -1] = ids[:, 0]
        expected = z.copy()
        for row, used in zip(expected, ids, strict=True):
            for i in set(used.tolist()):
                row[i] = row[i] / 1.5 if row[i] > 0 else row[i] * 1.5
        close(
            candidate.penalized(z, ids, 1.5),
            expected,
            inputs={"logits": z, "ids": ids, "penalty": 1.5},
            rtol=1e-5,
        )


@part(
    "typical tokens",
    points=4,
    hint="the order is by the distance of the surprise to the entropy, not by probability",
)
def typical(candidate, rng):
    for batch, vocabulary in ((1, 6), (3, 9)):
        for mass in (0.2, 0.55, 0.9):
            rows = []
            while len(rows) < batch:
                z = drawn(rng, 1, vocabulary)[0]
                p = softmax(z.astype("float64"))
                distance = np.abs(-np.log(p) + (p * np.log(p)).sum())
                order = np.argsort(distance)
                if np.diff(distance[order]).min() > 1e-3 and apart(np.cumsum(p[order]), mass):
                    kept, total = np.full(vocabulary, -INF), 0.0
                    for i in order:
                        if total < mass:
                            kept[i] = z[i]
                        total += p[i]
                    rows.append((z, kept))
            z, expected = (np.stack(each) for each in zip(*rows, strict=True))
            close(
                finite(candidate.typical(z, mass)),
                finite(expected),
                inputs={"logits": z, "mass": mass},
                rtol=1e-5,
            )


@part("the draw", points=2, hint="the first token whose cumulative probability exceeds u")
def draws(candidate, rng):
    z, u = np.log(np.array([[0.5, 0.3, 0.15, 0.05]] * 3, "float32")), np.array([0.4, 0.6, 0.97], "float32")
    equal(candidate.draw(z, u), np.array([0, 1, 3]), inputs={"logits": z, "u": u})
    z = drawn(rng, 6, 5)
    z[:3, 0] = -INF
    z[:3, 4] = -INF
    p = np.stack([softmax(row) for row in z])
    u = rng.uniform(size=6).astype("float32")
    while np.abs(np.cumsum(p, axis=1) - u[:, None]).min() < 1e-3:
        u = rng.uniform(size=6).astype("float32")
    u[0] = 0.0  # token 0 of this row has the probability 0
    expected = [next(i for i in range(5) if p[k, : i + 1].sum() > u[k]) for k in range(6)]
    equal(candidate.draw(z, u), np.array(expected), inputs={"logits": z, "u": u})
