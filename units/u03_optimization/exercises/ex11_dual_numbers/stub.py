"""Forward mode: values and tangents, line by line."""

import numpy as np  # noqa: F401


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
    raise NotImplementedError


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
    raise NotImplementedError


def gradient(program, x):
    """The derivatives of a program with n numbers as inputs and one number as output: one sweep for each input.

    Args:
        program: as in ``forward``.
        x: the inputs, shape ``(n,)``.

    Returns:
        ∂y/∂x, shape ``(n,)``.
    """
    raise NotImplementedError
