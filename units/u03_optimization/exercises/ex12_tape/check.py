"""Checks for ex12: central differences in float64, one entry of one input at a time."""

import numpy as np

from course.grading import close, part, shape

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
    "sum": np.sum,
}


def run(program, inputs):
    v = list(inputs)
    for name, operands in program:
        v.append(FUNCTIONS[name](*(v[i] for i in operands)))
    return v


def slopes(f, values, h=1e-6):
    """The derivatives of a number f(values) with respect to every entry of every value."""
    gradients = []
    for k, value in enumerate(values):
        g = np.zeros(np.shape(value))
        for i in np.ndindex(g.shape):
            moved = [[np.array(v, "float64") for v in values] for _ in range(2)]
            moved[0][k][i] += h
            moved[1][k][i] -= h
            g[i] = (f(moved[0]) - f(moved[1])) / (2 * h)
        gradients.append(g)
    return gradients


def one(candidate, rng, name, *shapes):
    values = [rng.uniform(0.4, 2, size=s) for s in shapes]
    adjoint = rng.normal(size=np.shape(FUNCTIONS[name](*values)))
    expected = slopes(lambda v: np.sum(adjoint * FUNCTIONS[name](*v)), values)
    inputs = {"name": name, "values": values, "adjoint": adjoint}
    close(candidate.pull(name, values, adjoint), expected, inputs=inputs, rtol=1e-5, atol=1e-6)


def whole(candidate, program, inputs):
    values = run(program, inputs)
    expected = slopes(lambda v: run(program, v)[-1], inputs)
    got = candidate.backward(program, len(inputs), values)
    close(
        got,
        expected,
        inputs={"program": program, "inputs": len(inputs), "values": values},
        rtol=1e-5,
        atol=1e-6,
    )


@part("the contributions of one operation", points=2)
def single(candidate, rng):
    for name in ("add", "subtract", "multiply", "divide"):
        one(candidate, rng, name, (3,), (3,))
    for name in ("negative", "exp", "log", "sin", "tanh", "relu", "sum"):
        one(candidate, rng, name, (2, 3))
    inputs = {"name": "relu", "values": [np.array([-1.0, 0.0, 2.0])], "adjoint": np.array([3.0, 4.0, 5.0])}
    close(candidate.pull(**inputs), [np.array([0.0, 0.0, 5.0])], inputs=inputs)


@part(
    "unbroadcast: the sum over the copies",
    points=2,
    hint="add over every axis along which the operand was copied",
)
def broadcasting(candidate, rng):
    for first, wanted in (((2, 3, 4), (3, 1)), ((3, 4), (1, 4)), ((2, 3), ()), ((2, 3), (2, 3))):
        adjoint = rng.normal(size=first)
        got = candidate.unbroadcast(adjoint, wanted)
        more = adjoint.sum(axis=tuple(range(len(first) - len(wanted))))
        for i, n in enumerate(wanted):
            more = more.sum(axis=i, keepdims=True) if n == 1 else more
        shape(got, wanted)
        close(got, more, inputs={"adjoint": adjoint, "shape": wanted})


@part("operands of different shapes", points=1, hint="each contribution has the shape of its operand")
def shapes(candidate, rng):
    one(candidate, rng, "multiply", (3, 1), (4,))
    one(candidate, rng, "divide", (), (2, 3))
    one(candidate, rng, "add", (2, 3), (3,))


@part("a program that uses every value once", points=1)
def chain(candidate, rng):
    program = [("exp", [0]), ("multiply", [2, 1]), ("tanh", [3]), ("sum", [4])]
    whole(candidate, program, [0.5 * rng.normal(size=3), rng.normal(size=3)])


@part(
    "values that are used more than once",
    points=2,
    hint="adjoints add up; go from the last line to the first",
)
def forks(candidate, rng):
    program = [
        ("multiply", [0, 0]),
        ("sin", [0]),
        ("add", [2, 3]),
        ("divide", [4, 0]),
        ("subtract", [5, 2]),
        ("sum", [6]),
    ]
    x, unused = rng.uniform(0.5, 1.5, size=4), rng.normal(size=2)
    whole(candidate, program, [x, unused])


@part("a layer", points=1)
def layer(candidate, rng):
    """∑ (tanh(a w + b))², with a copied over the units and b over the batch."""
    program = [("multiply", [0, 1]), ("add", [3, 2]), ("tanh", [4]), ("multiply", [5, 5]), ("sum", [6])]
    whole(candidate, program, [rng.normal(size=(5, 1)), rng.normal(size=(3,)), rng.normal(size=(1, 3))])
