"""Checks for the ℓ2 attack: difference quotients, geometry, and the worst case of two classes, which is known."""

import numpy as np

from course.grading import close, part


def cost(x, y, W, b):
    z = x @ W + b
    z = z - z.max(-1, keepdims=True)
    return (np.log(np.exp(z).sum(-1)) - z[np.arange(len(y)), y]).sum()


def drawn(rng, batch=5, features=4, classes=3):
    """Small weights: if the model is nearly sure, softmax(z) − e_y is a difference of nearly equal float32 numbers."""
    x = rng.normal(size=(batch, features)).astype("float32")
    y = rng.integers(classes, size=batch).astype("int32")
    W, b = 0.5 * rng.normal(size=(features, classes)), 0.5 * rng.normal(size=classes)
    return x, y, W.astype("float32"), b.astype("float32")


def reference_attack(x, y, W, b, radius, size, steps):
    x, W, b = (v.astype("float64") for v in (x, W, b))
    now = x
    for _ in range(steps):
        z = now @ W + b
        p = np.exp(z - z.max(-1, keepdims=True))
        g = (p / p.sum(-1, keepdims=True) - np.eye(len(b))[y]) @ W.T
        now = now + size * g / np.linalg.norm(g, axis=-1, keepdims=True)
        d = now - x
        n = np.linalg.norm(d, axis=-1, keepdims=True)
        now = x + d * np.minimum(1, radius / n)
    return now


@part(
    "the gradient by the inputs",
    points=2,
    hint="by the logits it is softmax(z) − e_y; then the chain rule",
)
def gradient(candidate, rng):
    x, y, W, b = drawn(rng)
    expected, h = np.zeros(x.shape), 1e-5
    for i in np.ndindex(x.shape):
        up, down = x.astype("float64"), x.astype("float64")
        up[i] += h
        down[i] -= h
        expected[i] = (cost(up, y, W, b) - cost(down, y, W, b)) / (2 * h)
    close(
        candidate.input_gradient(x, y, W, b),
        expected,
        inputs={"x": x, "y": y, "W": W, "b": b},
        rtol=1e-3,
        atol=1e-4,
    )


@part("a step of given length", points=1, hint="each sample has a norm of its own")
def steps(candidate, rng):
    x, g = rng.normal(size=(2, 4, 3)).astype("float32")
    expected = x + 0.7 * g / np.linalg.norm(g, axis=-1, keepdims=True)
    close(
        candidate.step(x, g, 0.7), expected, inputs={"x": x, "gradient": g, "size": 0.7}, rtol=1e-5, atol=1e-6
    )


@part("a gradient of 0", points=1, hint="0/0 is NaN")
def flat(candidate, rng):
    x, g = rng.normal(size=(2, 3, 3)).astype("float32")
    g[1] = 0
    norm = np.linalg.norm(g, axis=-1, keepdims=True)
    expected = x + 0.5 * g / np.where(norm > 0, norm, 1)
    close(
        candidate.step(x, g, 0.5), expected, inputs={"x": x, "gradient": g, "size": 0.5}, rtol=1e-5, atol=1e-6
    )


@part("the projection", points=2, hint="a point inside of the ball stays where it is")
def projection(candidate, rng):
    origin = rng.normal(size=(4, 3)).astype("float32")
    away = rng.normal(size=(4, 3))
    away = away / np.linalg.norm(away, axis=-1, keepdims=True) * np.array([0.2, 0.8, 2.0, 5.0])[:, None]
    x = (origin + away).astype("float32")
    expected = origin + away * np.array([1, 1, 0.5, 0.2])[:, None]
    close(
        candidate.project(x, origin, 1.0),
        expected,
        inputs={"x": x, "origin": origin, "radius": 1.0},
        rtol=1e-4,
        atol=1e-5,
    )


@part("the attack", points=2, hint="project after each step, to the ball around the original inputs")
def attacks(candidate, rng):
    for radius, size, number in ((0.5, 0.2, 4), (0.3, 0.3, 1), (1.0, 0.45, 6)):
        x, y, W, b = drawn(rng)
        close(
            candidate.attack(x, y, W, b, radius, size, number),
            reference_attack(x, y, W, b, radius, size, number),
            inputs={"x": x, "y": y, "W": W, "b": b, "radius": radius, "size": size, "steps": number},
            rtol=1e-3,
            atol=1e-4,
        )
