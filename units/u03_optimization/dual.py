"""Forward mode: dual numbers, pairs of a value and a derivative (§4.4).

A dual number is x + ω ẋ with ω² = 0. Every function of it is exact: f(x + ω ẋ) = f(x) + ω f'(x) ẋ. Nothing is
approximated and nothing is recorded: each operation computes the value and the derivative in the direction ẋ.

The functions have the names of ``keras.ops`` and take plain tensors as well, so that one program
``lambda m, x: m.sum(m.exp(x))`` runs with m = ``keras.ops``, ``dual`` or ``tape``.
"""

import math

import numpy as np
from keras import ops

from units.u03_optimization.derivative_rules import BINARY, UNARY, share_of_maximum
from units.u03_optimization.operators import Arithmetic

RULES = UNARY | BINARY


def _float(x, dtype=None):
    x = ops.convert_to_tensor(x)
    if dtype is None:
        dtype = x.dtype if "float" in str(x.dtype) else "float32"
    return ops.cast(x, dtype)


class Dual(Arithmetic):
    """A tensor x and its tangent ẋ, the derivative in the direction that the tangents of the inputs give.

    Args:
        value: x, of any shape.
        tangent: ẋ, of the same shape, or a number for all entries; 0 for a constant.

    Raises:
        ValueError: the shapes differ.

    Example: the derivative of x² sin x at 2
    >>> x = Dual(2.0, 1.0)
    >>> round(float((x**2 * sin(x)).tangent), 4)
    1.9726
    """

    def __init__(self, value, tangent=0.0):
        self.value = _float(value)
        tangent = _float(tangent, self.value.dtype)
        if len(tangent.shape) == 0:
            tangent = ops.broadcast_to(tangent, self.value.shape)
        if tuple(tangent.shape) != self.shape:
            raise ValueError(
                f"a dual number's value has shape {self.shape} and its tangent {tuple(tangent.shape)}."
            )
        self.tangent = tangent

    @property
    def shape(self):
        """The shape of the value."""
        return tuple(self.value.shape)

    def __repr__(self):
        return f"Dual({ops.convert_to_numpy(self.value)}, {ops.convert_to_numpy(self.tangent)})"

    def __getitem__(self, key):
        positions = np.arange(math.prod(self.shape)).reshape(self.shape)[key]
        return _linear(lambda t: ops.take(ops.reshape(t, (-1,)), positions), self)

    @staticmethod
    def _apply(name, *operands):
        """ẏ = ∑_k ∂y/∂x_k · ẋ_k, the sum over the operands that are dual numbers."""
        function, *slopes = RULES[name]
        duals = [x for x in operands if isinstance(x, Dual)]
        if not duals:
            return function(*operands)
        values = [x.value if isinstance(x, Dual) else _float(x, duals[0].value.dtype) for x in operands]
        y, tangent = function(*values), 0.0
        for x, slope in zip(operands, slopes, strict=True):
            if isinstance(x, Dual):
                # ẏ = ∑_k ∂y/∂x_k · ẋ_k
                tangent = tangent + slope(*values, y) * x.tangent
        return Dual(y, tangent)

    @staticmethod
    def _matmul(a, b):
        return matmul(a, b)

    @staticmethod
    def _transpose(x):
        return transpose(x)


def _elementary(name):
    def function(*operands):
        return Dual._apply(name, *operands)

    function.__name__ = name
    return function


negative, abs, square, sqrt = map(_elementary, ("negative", "abs", "square", "sqrt"))
exp, log, sin, cos = map(_elementary, ("exp", "log", "sin", "cos"))
tanh, sigmoid, relu = map(_elementary, ("tanh", "sigmoid", "relu"))
add, subtract, multiply = map(_elementary, ("add", "subtract", "multiply"))
divide, power, maximum = map(_elementary, ("divide", "power", "maximum"))


def _linear(f, x):
    """Apply a linear function to the value and to the tangent."""
    return Dual(f(x.value), f(x.tangent)) if isinstance(x, Dual) else f(x)


def matmul(a, b):
    """The product of matrices: Ẏ = Ȧ B + A Ḃ."""
    if not isinstance(b, Dual):
        return _linear(lambda t: ops.matmul(t, _like(b, a)), a)
    if not isinstance(a, Dual):
        return _linear(lambda t: ops.matmul(_like(a, b), t), b)
    # Ẏ = Ȧ B + A Ḃ
    tangent = ops.matmul(a.tangent, b.value) + ops.matmul(a.value, b.tangent)
    return Dual(ops.matmul(a.value, b.value), tangent)


def _like(constant, other):
    return _float(constant, other.value.dtype) if isinstance(other, Dual) else constant


def sum(x, axis=None, keepdims=False):
    """The sum over some axes, by default over all."""
    return _linear(lambda t: ops.sum(t, axis=axis, keepdims=keepdims), x)


def mean(x, axis=None, keepdims=False):
    """The mean over some axes, by default over all."""
    return _linear(lambda t: ops.mean(t, axis=axis, keepdims=keepdims), x)


def max(x, axis=None, keepdims=False):
    """The maximum over some axes; its tangent is that of the entry that holds it (the mean of them, if several)."""
    if not isinstance(x, Dual):
        return ops.max(x, axis=axis, keepdims=keepdims)
    axis = tuple(range(len(x.shape))) if axis is None else axis
    share = share_of_maximum(x.value, ops.max(x.value, axis=axis, keepdims=True))
    value = ops.max(x.value, axis=axis, keepdims=keepdims)
    return Dual(value, ops.sum(share * x.tangent, axis=axis, keepdims=keepdims))


def reshape(x, shape):
    """The same entries in another shape."""
    return _linear(lambda t: ops.reshape(t, shape), x)


def transpose(x, axes=None):
    """The axes in another order, by default reversed."""
    return _linear(lambda t: ops.transpose(t, axes or tuple(reversed(range(len(t.shape))))), x)


def jvp(f, primals, tangents):
    """The Jacobian times a vector in one forward sweep: F(x), J(x) ẋ.

    Args:
        f: a function of dual numbers, one for each of the primals, that returns one.
        primals: x, a list of tensors.
        tangents: ẋ, a list of tensors of the same shapes.

    Returns:
        (F(x), J(x) ẋ), two tensors of the same shape.

    Raises:
        ValueError: not as many tangents as primals, or shapes that differ.
    """
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(primals)} primals and {len(tangents)} tangents.")
    y = f(*(Dual(x, t) for x, t in zip(primals, tangents, strict=True)))
    return (y.value, y.tangent) if isinstance(y, Dual) else (y, ops.zeros_like(y))


def jacobian(f, x):
    """The Jacobian column by column: n sweeps for n inputs, however many outputs there are.

    J e_j = ∂F/∂x_j,   j = 1, …, n

    Args:
        f: a function of one dual number of shape (n,).
        x: of shape (n,).

    Returns:
        J, shape (n,) for a scalar F and (m, n) for a vector.

    Raises:
        ValueError: x is not a vector.
    """
    if len(np.shape(x)) != 1:
        raise ValueError(f"jacobian takes a vector x of shape (n,), not {tuple(np.shape(x))}.")
    # J e_j = ∂F/∂x_j
    columns = [jvp(f, [x], [e])[1] for e in np.eye(len(x), dtype="float32")]
    return ops.stack(columns, axis=-1)
