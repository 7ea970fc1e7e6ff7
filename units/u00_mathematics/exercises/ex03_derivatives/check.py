"""Check of ex03_derivatives: central differences in float64 are the references."""

import numpy as np

from course.grading import close, part


def draw(rng, *size):
    return rng.normal(size=size).astype("float32")


def slope(f, x, d, h=1e-4):
    """The derivative of f at x in the direction d, by central differences of order 4."""
    x, d = np.asarray(x, "float64"), np.asarray(d, "float64")
    near, far = f(x + h * d) - f(x - h * d), f(x + 2 * h * d) - f(x - 2 * h * d)
    return (8 * near - far) / (12 * h)


def gradients(f, x):
    """The derivatives of f by each entry of x, on the last axis."""
    return np.stack([slope(f, x, e) for e in np.eye(len(x))], axis=-1)


@part("gradient: a quadratic form and a sine", points=1, hint="A is not symmetric")
def first(candidate, rng):
    fixed = (np.array([[1, 2], [0, 1]], "float32"), np.array([1, 0], "float32"), np.array([0, 1], "float32"))
    for A, b, x in (fixed, (draw(rng, 3, 3), draw(rng, 3), draw(rng, 3))):
        expected = gradients(lambda x, A=A, b=b: x @ A @ x / 2 + np.sin(b @ x), x)
        close(candidate.gradient(A, b, x), expected, inputs={"A": A, "b": b, "x": x}, rtol=1e-3, atol=1e-4)


@part("jacobian: of a layer", points=1, hint="row i belongs to output i")
def layer(candidate, rng):
    for units in (3, 2):
        W, b, x = draw(rng, units, 3), draw(rng, units), draw(rng, 3) / 2
        expected = gradients(lambda x, W=W, b=b: np.tanh(W @ x + b), x)
        close(candidate.jacobian(W, b, x), expected, inputs={"W": W, "b": b, "x": x}, rtol=1e-3, atol=1e-4)


@part(
    "slope: the chain rule in one direction", points=1, hint="first: how does the output of the layer move?"
)
def chained(candidate, rng):
    W, b, y, x = (draw(rng, *size) / 2 for size in ((3, 2), (3,), (3,), (2,)))
    y = y + 2
    for d in (np.array([3, 0], "float32"), draw(rng, 2)):
        expected = slope(lambda x: np.sum((np.tanh(W @ x + b) - y) ** 2) / 2, x, d)
        inputs = {"W": W, "b": b, "y": y, "x": x, "d": d}
        close(candidate.slope(W, b, y, x, d), expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part(
    "hessian: all second derivatives",
    points=1,
    hint="the gradient of ¼ ‖x‖⁴ is ‖x‖² x: a product of two functions",
)
def second(candidate, rng):
    for b, x in (
        (np.array([1, 0], "float32"), np.array([0, 1], "float32")),
        (draw(rng, 3) / 2, draw(rng, 3)),
    ):
        wide = np.asarray(b, "float64")
        expected = gradients(lambda x, b=wide: np.exp(b @ x) * b + (x @ x) * x, x)
        close(candidate.hessian(b, x), expected, inputs={"b": b, "x": x}, rtol=1e-3, atol=1e-4)


@part("taylor: degree 0, 1 and 2", points=1, hint="how often does the mixed derivative occur?")
def polynomials(candidate, rng):
    x = np.array([rng.uniform(-1, 1), rng.uniform(0.4, 1.2)], "float32")
    for d in (np.array([0.5, -0.5], "float32"), np.array([*rng.uniform(0.3, 0.8, 2)], "float32")):
        e, c, s = np.exp(x[0]), np.cos(x[1]), np.sin(x[1])
        g, H = np.array([e * c, -e * s]), np.array([[e * c, -e * s], [-e * s, -e * c]])
        terms = [e * c, g @ d, d @ H @ d / 2]
        close(candidate.taylor(x, d), np.cumsum(terms), inputs={"x": x, "d": d}, rtol=1e-4, atol=1e-5)
