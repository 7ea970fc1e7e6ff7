"""Checks for temperature scaling: differences in place of derivatives."""

import numpy as np

from course.grading import close, part


def softmax(a):
    e = np.exp(a - a.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def cost(y, z, s, c):
    a = s * z + c
    top = a.max(1)
    return np.mean(np.log(np.exp(a - top[:, None]).sum(1)) + top - a[np.arange(len(y)), y])


def drawn(rng, n=40, classes=4, scale=1.5):
    """Logits that are wrong by a factor, with labels drawn from the right ones."""
    right = rng.normal(size=(n, classes))
    y = np.array([rng.choice(classes, p=row) for row in softmax(right)])
    return y, scale * right, 0.3 * rng.normal(size=classes)


@part(
    "the probabilities",
    points=2,
    hint="scale, shift, subtract the largest of each row, and normalize each row",
)
def shifted(candidate, rng):
    _, z, c = drawn(rng, 5)
    for z, s, c in ((z, 0.5, c), (z, 2.0, 3 * c), (np.array([[900.0, 0.0, -900.0]]), 1.5, np.zeros(3))):  # noqa: B020
        close(
            candidate.probabilities(z, s, c),
            softmax(s * z + c),
            inputs={"z": z, "s": s, "c": c},
            rtol=1e-5,
            atol=1e-7,
        )


@part("the gradient", points=2, hint="p − 1[y = k] is the derivative by the scaled logits")
def slopes(candidate, rng):
    for s in (0.4, 1.3):
        y, z, c = drawn(rng)
        h = 1e-5
        by_s = (cost(y, z, s + h, c) - cost(y, z, s - h, c)) / (2 * h)
        steps = h * np.eye(len(c))
        by_c = np.array([(cost(y, z, s, c + e) - cost(y, z, s, c - e)) / (2 * h) for e in steps])
        got = candidate.gradient(y, z, s, c)
        inputs = {"y": y, "z": z, "s": s, "c": c}
        close(got[0], by_s, inputs=inputs, rtol=1e-4, atol=1e-6)
        close(got[1], by_c, inputs=inputs, rtol=1e-4, atol=1e-6)


@part("the curvature", points=2, hint="∑ p z² − (∑ p z)² for each sample: the variance of its logits under p")
def second(candidate, rng):
    for s in (0.4, 1.3):
        y, z, c = drawn(rng)
        h = 1e-3
        expected = (cost(y, z, s + h, c) - 2 * cost(y, z, s, c) + cost(y, z, s - h, c)) / h**2
        close(candidate.curvature(z, s, c), expected, inputs={"z": z, "s": s, "c": c}, rtol=1e-3, atol=1e-5)


def path(y, z, c, steps):
    """The places of Newton's method, with difference quotients."""
    s, h, places = 1.0, 1e-4, []
    for _ in range(steps):
        up, here, down = (cost(y, z, s + d, c) for d in (h, 0, -h))
        s -= (up - down) / 2 * h / (up - 2 * here + down)
        places.append(s)
    return places


@part("Newton's method", points=2, hint="s begins at 1; the result is 1/s")
def newton(candidate, rng):
    for steps, scale in ((1, 1.5), (2, 1.5), (6, 2.0)):
        places = [-1.0]
        while not 0.1 < min(places) <= max(places) < 3:  # from s = 1 it may go too far and never come back
            y, z, c = drawn(rng, 60, scale=scale)
            places = path(y, z, c, steps)
        inputs = {"y": y, "z": z, "c": c, "steps": steps}
        close(candidate.temperature(y, z, c, steps), 1 / places[-1], inputs=inputs, rtol=2e-3)
