"""A function that is differentiated by hand, to test automatic differentiation (§4.4)."""

import numpy as np


def worked(m, x1, x2):
    """A function of two numbers, written for any of ``keras.ops``, ``dual``, ``tape`` or ``numpy``.

    C(x₁, x₂) = log(x₁² + e^{x₂}) sin(x₁ x₂)

    Args:
        m: the module that the elementary functions are taken from.
        x1: a number, tensor, dual number or taped tensor.
        x2: the same.

    Returns:
        C, of the kind of the inputs.
    """
    # x₁² + e^{x₂}
    inside = m.add(m.square(x1), m.exp(x2))
    # log(x₁² + e^{x₂}) sin(x₁ x₂)
    return m.multiply(m.log(inside), m.sin(m.multiply(x1, x2)))


def gradient_by_hand(x1, x2):
    """The gradient of ``worked`` by the product and the chain rule, in float64.

    With s = x₁² + e^{x₂}:

    ∂C/∂x₁ = (2 x₁/s) sin(x₁x₂) + x₂ log(s) cos(x₁x₂),   ∂C/∂x₂ = (e^{x₂}/s) sin(x₁x₂) + x₁ log(s) cos(x₁x₂)

    Three terms appear twice: s, sin(x₁x₂) and log(s) cos(x₁x₂). A formula repeats them, a program computes each once;
    that is what automatic differentiation saves against symbolic differentiation.

    Args:
        x1: a number.
        x2: a number.

    Returns:
        A float64 array of shape (2,).
    """
    x1, x2 = np.float64(x1), np.float64(x2)
    s = x1**2 + np.exp(x2)
    sine, cosine = np.sin(x1 * x2), np.log(s) * np.cos(x1 * x2)
    return np.array([2 * x1 / s * sine + x2 * cosine, np.exp(x2) / s * sine + x1 * cosine])
