"""Reverse mode: the backward pass over a recorded program."""

import numpy as np


def pull(name, values, adjoint):
    """The contributions of the adjoint of a result to the adjoints of the operands of one operation.

    y = ψ(v_1, v_2):   the contributions ȳ ∂ψ/∂v_1 and ȳ ∂ψ/∂v_2

    Operations: ``add``, ``subtract``, ``multiply``, ``divide`` of two operands; ``negative``, ``exp``, ``log``,
    ``sin``, ``tanh``, ``relu`` of one, and ``sum``, the sum of all entries. The derivative of ``relu`` at 0 is 0.

    Args:
        name: of the operation.
        values: one or two arrays v_i. Two may have different shapes, as NumPy broadcasts them.
        adjoint: ȳ, of the shape of y.

    Returns:
        A list with one array for each operand, of the operand's shape.
    """
    if len(values) == 2:
        u, v = values
        slopes = {
            "add": (1.0, 1.0),
            "subtract": (1.0, -1.0),
            "multiply": (v, u),
            "divide": (1 / v, -u / v**2),
        }[name]
        return [unbroadcast(adjoint * s, np.shape(x)) for s, x in zip(slopes, values, strict=True)]
    (u,) = values
    if name == "sum":
        return [adjoint * np.ones_like(u)]
    slope = {
        "negative": lambda: -1.0,
        "exp": lambda: np.exp(u),
        "log": lambda: 1 / u,
        "sin": lambda: np.cos(u),
        "tanh": lambda: 1 - np.tanh(u) ** 2,
        "relu": lambda: (u > 0) * 1.0,
    }[name]()
    return [adjoint * slope]


def unbroadcast(adjoint, shape):
    """Sum the adjoints of the copies that broadcasting made of an operand.

    Args:
        adjoint: an array of the shape of the result.
        shape: the shape of the operand, a tuple.

    Returns:
        An array of that shape.
    """
    adjoint = np.asarray(adjoint)
    more = adjoint.ndim - len(shape)
    adjoint = adjoint.sum(axis=tuple(range(more)))
    copied = tuple(i for i, n in enumerate(shape) if n == 1)
    return adjoint.sum(axis=copied, keepdims=True)


def backward(program, inputs, values):
    """The backward pass.

    v̄_last = 1;   for every line from the last to the first: v̄_i ← v̄_i + ȳ ∂ψ/∂v_i

    Args:
        program: a list of lines ``(name, operands)``. The inputs are v_0, …, v_{n−1}, and line k made v_{n+k};
            ``operands`` lists the indices of what it worked on. The last line made one number.
        inputs: n, how many inputs there are.
        values: a list of all v_0, v_1, …, from the run forward.

    Returns:
        A list of the n derivatives ∂v_last/∂v_i of the shapes of the inputs; zeros for an input that is not used.
    """
    adjoints = [np.zeros(np.shape(v)) for v in values]
    adjoints[-1] = np.ones(np.shape(values[-1]))
    for k in reversed(range(len(program))):
        name, operands = program[k]
        parts = pull(name, [values[i] for i in operands], adjoints[inputs + k])
        for i, part in zip(operands, parts, strict=True):
            adjoints[i] = adjoints[i] + part
    return adjoints[:inputs]
