"""Reverse mode: record the operations on a tape, then go through it in reverse order (§4.4).

v̄_k = ∂y/∂v_k,   v̄_i = ∑_k v̄_k ∂ψ_k/∂v_i over all lines v_k = ψ_k(…, v_i, …) of the tape

One sweep back gives the derivatives of one output with respect to all the inputs. The functions have the names of
``keras.ops`` and take plain tensors as well (see ``dual``).
"""

import math

import numpy as np
from keras import ops

from units.u03_optimization.derivative_rules import BINARY, UNARY, share_of_maximum
from units.u03_optimization.operators import Arithmetic
from units.u03_optimization.wengert import Node, WengertList, unbroadcast

RULES = UNARY | BINARY


class Tape(WengertList):
    """A Wengert list that writes itself while a program runs on what it watches.

    Example:
    >>> tape = Tape()
    >>> x = tape.watch(2.0)
    >>> y = x * sin(x)
    >>> (slope,) = tape.gradient(y, [x])
    >>> round(float(slope), 4)
    0.077
    """

    def watch(self, value):
        """Put an input on the tape.

        Args:
            value: a tensor or array of any shape.

        Returns:
            A ``Tensor`` with which to go on computing.
        """
        value = ops.convert_to_tensor(value)
        return Tensor(self, value if "float" in str(value.dtype) else ops.cast(value, "float32"))


class Tensor(Node, Arithmetic):
    """A node of a ``Tape`` with which one computes as with a tensor: every operation adds a line."""

    def __getitem__(self, key):
        positions = np.arange(math.prod(self.shape)).reshape(self.shape)[key]

        def pullback(adjoint):  # a place that was read twice gets both adjoints
            flat = ops.segment_sum(ops.reshape(adjoint, (-1,)), positions.ravel(), math.prod(self.shape))
            return ops.reshape(flat, self.shape)

        return _record("part", ops.take(ops.reshape(self.value, (-1,)), positions), [(self, pullback)])

    @staticmethod
    def _apply(name, *operands):
        function, *slopes = RULES[name]
        values = _values(operands)
        y = function(*values)

        def to(k):
            shape = values[k].shape
            return lambda adjoint: unbroadcast(adjoint * slopes[k](*values, y), shape)

        return _record(name, y, [(x, to(k)) for k, x in enumerate(operands)])

    @staticmethod
    def _matmul(a, b):
        return matmul(a, b)

    @staticmethod
    def _transpose(x):
        return transpose(x)


def _values(operands):
    """The values of tensors, and constants in their type."""
    dtype = next(x.value.dtype for x in operands if isinstance(x, Tensor))
    return [x.value if isinstance(x, Tensor) else ops.cast(x, dtype) for x in operands]


def _record(name, value, operands):
    """A new line on the tape of the operands, pairs (x, pullback); constants among them have no adjoint."""
    operands = [(x, pullback) for x, pullback in operands if isinstance(x, Tensor)]
    tape = operands[0][0].tape
    if any(x.tape is not tape for x, _ in operands):
        raise ValueError("the operands are on two different tapes: watch all inputs with the same one.")
    return Tensor(tape, value, name, operands)


def _elementary(name):
    def function(*operands):
        if any(isinstance(x, Tensor) for x in operands):
            return Tensor._apply(name, *operands)
        return RULES[name][0](*operands)

    function.__name__ = name
    return function


negative, abs, square, sqrt = map(_elementary, ("negative", "abs", "square", "sqrt"))
exp, log, sin, cos = map(_elementary, ("exp", "log", "sin", "cos"))
tanh, sigmoid, relu = map(_elementary, ("tanh", "sigmoid", "relu"))
add, subtract, multiply = map(_elementary, ("add", "subtract", "multiply"))
divide, power, maximum = map(_elementary, ("divide", "power", "maximum"))


def matmul(a, b):
    """The product of matrices Y = A B: Ā = Ȳ Bᵀ, B̄ = Aᵀ Ȳ. A vector is taken as one row, or one column."""
    if not (isinstance(a, Tensor) or isinstance(b, Tensor)):
        return ops.matmul(a, b)
    A, B = _values((a, b))
    if len(A.shape) == 1:
        return reshape(matmul(reshape(a, (1, -1)), b), (*B.shape[:-2], *B.shape[-1:][: len(B.shape) - 1]))
    if len(B.shape) == 1:
        return reshape(matmul(a, reshape(b, (-1, 1))), A.shape[:-1])

    def to_a(adjoint):
        # Ā = Ȳ Bᵀ
        return unbroadcast(ops.matmul(adjoint, ops.swapaxes(B, -1, -2)), A.shape)

    def to_b(adjoint):
        # B̄ = Aᵀ Ȳ
        return unbroadcast(ops.matmul(ops.swapaxes(A, -1, -2), adjoint), B.shape)

    return _record("matmul", ops.matmul(A, B), [(a, to_a), (b, to_b)])


def sum(x, axis=None, keepdims=False):
    """The sum over some axes, by default over all: every entry gets the adjoint of its sum."""
    return _reduce("sum", ops.sum, x, axis, keepdims, lambda v, y: ops.ones_like(v))


def mean(x, axis=None, keepdims=False):
    """The mean over some axes, by default over all."""
    return _reduce("mean", ops.mean, x, axis, keepdims, lambda v, y: ops.ones_like(v) * (_size(y) / _size(v)))


def max(x, axis=None, keepdims=False):
    """The maximum over some axes; the entries that hold it share its adjoint in equal parts."""
    return _reduce("max", ops.max, x, axis, keepdims, share_of_maximum)


def _size(x):
    return math.prod(x.shape)


def _reduce(name, function, x, axis, keepdims, weights):
    if not isinstance(x, Tensor):
        return function(x, axis=axis, keepdims=keepdims)
    axis = tuple(range(len(x.shape))) if axis is None else axis
    kept = function(x.value, axis=axis, keepdims=True)

    def pullback(adjoint):
        return ops.reshape(adjoint, kept.shape) * weights(x.value, kept)

    return _record(name, function(x.value, axis=axis, keepdims=keepdims), [(x, pullback)])


def reshape(x, shape):
    """The same entries in another shape."""
    if not isinstance(x, Tensor):
        return ops.reshape(x, shape)
    return _record(
        "reshape", ops.reshape(x.value, shape), [(x, lambda adjoint: ops.reshape(adjoint, x.shape))]
    )


def transpose(x, axes=None):
    """The axes in another order, by default reversed."""
    if not isinstance(x, Tensor):
        return ops.transpose(x, axes)
    axes = axes or tuple(reversed(range(len(x.shape))))
    back = tuple(axes.index(i) for i in range(len(axes)))
    return _record("transpose", ops.transpose(x.value, axes), [(x, lambda g: ops.transpose(g, back))])


def value_and_grad(f, primals):
    """The value and the gradients of a scalar function: f(x), ∇f(x), by one sweep back.

    Args:
        f: a function of ``Tensor`` objects, one for each of the primals.
        primals: x, a list of tensors.

    Returns:
        ``(value, gradients)``.
    """
    value, pullback = vjp(f, primals)
    return value, pullback(ops.ones_like(value) if tuple(value.shape) == () else None)


def vjp(f, primals):
    """A vector times the Jacobian: F(x), and the function u ↦ uᵀ J(x), which may be called several times.

    Args:
        f: a function of ``Tensor`` objects, one for each of the primals, that returns one.
        primals: x, a list of tensors.

    Returns:
        ``(value, pullback)``; ``pullback(u)`` gives a list of tensors of the shapes of the primals.
    """
    tape = Tape()
    inputs = [tape.watch(x) for x in primals]
    y = f(*inputs)
    if not isinstance(y, Tensor):  # a constant
        return y, lambda u: [ops.zeros_like(x.value) for x in inputs]
    return y.value, lambda u: tape.gradient(y, inputs, u)


def jacobian(f, x):
    """The Jacobian row by row: one sweep forward, then m sweeps back for m outputs, however many inputs there are.

    e_iᵀ J = ∂F_i/∂x,   i = 1, …, m

    Args:
        f: a function of one ``Tensor`` of shape (n,) that returns one of shape () or (m,).
        x: of shape (n,).

    Returns:
        J, shape (n,) for a scalar F and (m, n) for a vector.
    """
    value, pullback = vjp(f, [x])
    m = _size(value)
    rows = [pullback(np.reshape(e, value.shape))[0] for e in np.eye(m, dtype="float32")]
    return rows[0] if tuple(value.shape) == () else ops.stack(rows)
