"""The table of elementary functions and their derivatives for automatic differentiation (§4.4).

Forward mode (``dual``) and reverse mode (``tape``) read the same table. They differ in the order in which they
multiply its entries, from the inputs on or from the output back.
"""

from keras import ops


def _sign(x):
    return ops.cast(x > 0, x.dtype) - ops.cast(x < 0, x.dtype)


# name → (function, derivative as a function of the input x and the output y)
UNARY = {
    "negative": (ops.negative, lambda x, y: ops.negative(ops.ones_like(x))),
    "abs": (ops.abs, lambda x, y: _sign(x)),  # at 0 the derivative is defined as 0
    "square": (ops.square, lambda x, y: 2 * x),
    "sqrt": (ops.sqrt, lambda x, y: 0.5 / y),
    "exp": (ops.exp, lambda x, y: y),
    "log": (ops.log, lambda x, y: 1 / x),
    "sin": (ops.sin, lambda x, y: ops.cos(x)),
    "cos": (ops.cos, lambda x, y: -ops.sin(x)),
    "tanh": (ops.tanh, lambda x, y: 1 - y * y),
    "sigmoid": (ops.sigmoid, lambda x, y: y * (1 - y)),
    "relu": (ops.relu, lambda x, y: ops.cast(x > 0, x.dtype)),  # 0 at x = 0
}


def _power_slope(a, b, y):
    """b a^(b−1), and 0 for b = 0, where the formula might be 0 · ∞."""
    zero = ops.equal(b, 0)
    return ops.where(zero, ops.zeros_like(y), b * ops.power(a, ops.where(zero, ops.ones_like(b), b - 1)))


def _power_slope_of_exponent(a, b, y):
    """a^b log a, and 0 for a = 0."""
    zero = ops.equal(a, 0)
    return ops.where(zero, ops.zeros_like(y), y * ops.log(ops.where(zero, ops.ones_like(a), a)))


def _share(a, b, y):
    """∂max(a, b)/∂a: 1 where a > b, ½ where a = b, else 0."""
    return 0.5 * (ops.cast(a > b, y.dtype) + ops.cast(a >= b, y.dtype))


# name → (function, ∂y/∂a, ∂y/∂b), each a function of the inputs a, b and the output y
BINARY = {
    "add": (ops.add, lambda a, b, y: ops.ones_like(y), lambda a, b, y: ops.ones_like(y)),
    "subtract": (ops.subtract, lambda a, b, y: ops.ones_like(y), lambda a, b, y: -ops.ones_like(y)),
    "multiply": (ops.multiply, lambda a, b, y: b, lambda a, b, y: a),
    "divide": (ops.divide, lambda a, b, y: 1 / b, lambda a, b, y: -y / b),
    "power": (ops.power, _power_slope, _power_slope_of_exponent),
    "maximum": (ops.maximum, _share, lambda a, b, y: _share(b, a, y)),
}


def share_of_maximum(x, y):
    """The derivative of the maximum: the entries that are equal to it share it in equal parts.

    Args:
        x: a tensor.
        y: its maximum over some axes, with these axes kept as length 1.

    Returns:
        Weights of the shape of ``x`` that add up to 1 over the axes of the maximum.
    """
    hits = ops.cast(ops.equal(x, y), x.dtype)
    axes = tuple(i for i, (n, k) in enumerate(zip(x.shape, y.shape, strict=True)) if n != k)
    return hits / ops.sum(hits, axis=axes, keepdims=True) if axes else hits
