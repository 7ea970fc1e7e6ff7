"""Forward mode: values and tangents, line by line."""

import numpy as np


def dual(name, values, tangents):
    """One elementary operation on dual numbers.

    y = ψ(v_1, v_2),   ẏ = ∂ψ/∂v_1 · v̇_1 + ∂ψ/∂v_2 · v̇_2

    Operations: ``add``, ``subtract``, ``multiply``, ``divide`` of two operands; ``negative``, ``exp``, ``log``,
    ``sin``, ``tanh``, ``relu`` of one. The derivative of ``relu`` at 0 is 0.

    Args:
        name: of the operation.
        values: one or two arrays v_i; two have the same shape, or one of them is a number.
        tangents: v̇_i, as many, of the same shapes.

    Returns:
        ``(y, ẏ)``.
    """
    if len(values) == 2:
        (u, v), (du, dv) = values, tangents
        if name == "add":
            return u + v, du + dv
        if name == "subtract":
            return u - v, du - dv
        if name == "multiply":
            return u * v, du * v + u * dv
        return u / v, (du * v - u * dv) / v**2
    (u,), (du,) = values, tangents
    if name == "negative":
        return -u, -du
    if name == "exp":
        return np.exp(u), np.exp(u) * du
    if name == "log":
        return np.log(u), du / u
    if name == "sin":
        return np.sin(u), np.cos(u) * du
    if name == "tanh":
        return np.tanh(u), (1 - np.tanh(u) ** 2) * du
    return np.maximum(u, 0), (u > 0) * du


def forward(program, inputs, tangents):
    """Run a program on dual numbers.

    Args:
        program: a list of lines ``(name, operands)``. The inputs are v_0, …, v_{n−1}, and line k makes v_{n+k};
            ``operands`` lists the indices of what it works on.
        inputs: a list of n arrays.
        tangents: a list of n arrays of the same shapes.

    Returns:
        ``(y, ẏ)`` of the last line.
    """
    v, dv = list(inputs), list(tangents)
    for name, operands in program:
        y, dy = dual(name, [v[i] for i in operands], [dv[i] for i in operands])
        v.append(y)
        dv.append(dy)
    return v[-1], dv[-1]


def gradient(program, x):
    """The derivatives of a program with n numbers as inputs and one number as output: one forward pass for each input.

    Args:
        program: as in ``forward``.
        x: the inputs, shape (n,).

    Returns:
        ∂y/∂x, shape (n,).
    """
    return np.array([forward(program, list(x), list(e))[1] for e in np.eye(len(x))])
