"""Checks for ex05: each node, and the whole chain, against central differences in float64."""

import numpy as np

from course.grading import close, part


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def brier(x, y, W, b):
    return np.mean(np.sum((softmax(x @ W.T + b) - np.eye(len(b))[y]) ** 2, axis=1))


def slopes(f, at, h=1e-5):
    """Central differences of f at every entry of an array."""
    at = at.astype("float64")
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def batch(rng, n=5, p=3, K=4):
    x, W, b = rng.normal(size=(n, p)), rng.normal(size=(K, p)), rng.normal(size=K)
    return x.astype("float32"), rng.integers(K, size=n), W.astype("float32"), b.astype("float32")


@part("the gradients of the affine map", points=1, hint="z_i = W x_i + b is linear in W, in b and in x_i")
def affine(candidate, rng):
    x, _, W, b = batch(rng)
    slope = rng.normal(size=(5, 4)).astype("float32")
    expected = (
        slopes(lambda v: np.sum(slope * (x @ v.T + b)), W),
        slopes(lambda v: np.sum(slope * (x @ W.T + v)), b),
        slopes(lambda v: np.sum(slope * (v @ W.T + b)), x),
    )
    inputs = {"slope": slope, "x": x, "W": W}
    got = candidate.affine_backward(slope, x, W)
    for value, right, name in zip(got, expected, ("W", "b", "X"), strict=True):
        close(value, right, inputs=inputs, rtol=1e-4, atol=1e-5, message=f"∂C/∂{name}")


@part("the gradient of the softmax", points=2, hint="every logit changes all probabilities of its sample")
def softmax_node(candidate, rng):
    for n, K in ((1, 3), (4, 5)):
        z, slope = rng.normal(size=(n, K)), rng.normal(size=(n, K)).astype("float32")
        y_hat = softmax(z).astype("float32")
        expected = slopes(lambda v, u=slope: np.sum(u * softmax(v)), z)
        inputs = {"slope": slope, "y_hat": y_hat}
        close(candidate.softmax_backward(slope, y_hat), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the cost of Brier, and its gradients", points=2, hint="∂C/∂Ŷ = 2(Ŷ − Y)/n, then node after node")
def chain(candidate, rng):
    for n in (1, 6):
        x, y, W, b = batch(rng, n=n)
        inputs = {"x": x, "y": y, "W": W, "b": b}
        cost, *got = candidate.brier_gradients(x, y, W, b)
        close(cost, brier(x, y, W, b), inputs=inputs, rtol=1e-4, atol=1e-5, message="C")
        expected = (
            slopes(lambda v, x=x, y=y, b=b: brier(x, y, v, b), W),
            slopes(lambda v, x=x, y=y, W=W: brier(x, y, W, v), b),
            slopes(lambda v, y=y, W=W, b=b: brier(v, y, W, b), x),
        )
        for value, right, name in zip(got, expected, ("W", "b", "X"), strict=True):
            close(value, right, inputs=inputs, rtol=1e-4, atol=1e-5, message=f"∂C/∂{name}")


@part(
    "a wrong prediction with a high probability has a small gradient",
    points=1,
    hint="let ops.softmax take the exponentials",
)
def large(candidate, rng):
    x, y, W, b = batch(rng, n=3)
    W = (W * 500).astype("float32")
    inputs = {"x": x, "y": y, "W": W, "b": b}
    y_hat = softmax(x.astype("float64") @ W.T.astype("float64") + b)
    u = 2 * (y_hat - np.eye(4)[y]) / 3
    expected = (y_hat * (u - np.sum(u * y_hat, axis=1, keepdims=True))).sum(0)
    close(
        candidate.brier_gradients(x, y, W, b)[2],
        expected,
        inputs=inputs,
        rtol=1e-3,
        atol=1e-3,
        message="∂C/∂b",
    )
