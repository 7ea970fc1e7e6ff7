"""Checks for ex11: central differences in float64."""

import numpy as np

from course.grading import close, part

FUNCTIONS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "tanh": np.tanh,
    "relu": lambda u: np.maximum(u, 0),
}


def run(program, inputs):
    v = list(inputs)
    for name, operands in program:
        v.append(FUNCTIONS[name](*(v[i] for i in operands)))
    return v[-1]


def along(f, values, tangents, h=1e-6):
    """Central difference of f in the direction of the tangents."""
    up = f(*(v + h * t for v, t in zip(values, tangents, strict=True)))
    return (up - f(*(v - h * t for v, t in zip(values, tangents, strict=True)))) / (2 * h)


def one(candidate, rng, name, count):
    values, tangents = list(rng.uniform(0.3, 2, size=(count, 4))), list(rng.normal(size=(count, 4)))
    f = FUNCTIONS[name]
    inputs = {"name": name, "values": values, "tangents": tangents}
    expected = (f(*values), along(f, values, tangents))
    close(candidate.dual(name, values, tangents), expected, inputs=inputs, rtol=1e-5, atol=1e-6)


# x0 x1 + sin(x0) / x1, and one with a value that is used three times
SHORT = [("multiply", [0, 1]), ("sin", [0]), ("divide", [3, 1]), ("add", [2, 4])]
LONG = [
    ("tanh", [0]),
    ("multiply", [3, 3]),
    ("exp", [4]),
    ("subtract", [5, 3]),
    ("log", [2]),
    ("multiply", [6, 7]),
    ("relu", [1]),
    ("add", [8, 9]),
]


@part("sums and differences", points=1)
def linear(candidate, rng):
    for name, count in (("add", 2), ("subtract", 2), ("negative", 1)):
        one(candidate, rng, name, count)


@part(
    "product and quotient",
    points=2,
    hint="the product and quotient rules, with the tangent of u in place of u'",
)
def product(candidate, rng):
    for name in ("multiply", "divide"):
        one(candidate, rng, name, 2)


@part(
    "functions of one operand",
    points=2,
    hint="the chain rule: the function's slope at the value, times the tangent; tanh' = 1 − tanh²",
)
def unary(candidate, rng):
    for name in ("exp", "log", "sin", "tanh"):
        one(candidate, rng, name, 1)
    values, tangents = [np.array([-1.0, 0.0, 2.0])], [np.array([3.0, 4.0, 5.0])]
    inputs = {"name": "relu", "values": values, "tangents": tangents}
    expected = (np.array([0.0, 0.0, 2.0]), np.array([0.0, 0.0, 5.0]))
    close(candidate.dual("relu", values, tangents), expected, inputs=inputs)


@part("a whole program", points=2)
def program(candidate, rng):
    for lines, n in ((SHORT, 2), (LONG, 3)):
        inputs, tangents = list(rng.uniform(0.5, 1.5, size=(n, 3))), list(rng.normal(size=(n, 3)))
        f = lambda *v, lines=lines: run(lines, v)  # noqa: E731
        shown = {"program": lines, "inputs": inputs, "tangents": tangents}
        expected = (f(*inputs), along(f, inputs, tangents))
        close(candidate.forward(lines, inputs, tangents), expected, inputs=shown, rtol=1e-5, atol=1e-6)


@part(
    "a gradient takes n forward passes", points=1, hint="one input at a time gets the tangent 1, the others 0"
)
def gradient(candidate, rng):
    for lines, n in ((SHORT, 2), (LONG, 3)):
        x = rng.uniform(0.5, 1.5, size=n)
        expected = [along(lambda *v, lines=lines: run(lines, v), list(x), list(e)) for e in np.eye(n)]
        got = candidate.gradient(lines, x)
        close(got, np.array(expected), inputs={"program": lines, "x": x}, rtol=1e-5, atol=1e-6)
