"""The operators of Python for the numbers of automatic differentiation (§4.4)."""


class Arithmetic:
    """+, −, ×, ÷, **, @ and abs of an object with a ``value``, passed on to functions.

    A subclass says what these do: ``_apply(name, *operands)`` for a function of ``derivative_rules``, ``_matmul`` for
    the product of matrices, ``_transpose`` for ``.T``.
    """

    __array_priority__ = 1000  # in a mixed expression NumPy and the backends call our operators
    __array_ufunc__ = None

    def __neg__(self):
        return self._apply("negative", self)

    def __abs__(self):
        return self._apply("abs", self)

    def __add__(self, other):
        return self._apply("add", self, other)

    def __radd__(self, other):
        return self._apply("add", other, self)

    def __sub__(self, other):
        return self._apply("subtract", self, other)

    def __rsub__(self, other):
        return self._apply("subtract", other, self)

    def __mul__(self, other):
        return self._apply("multiply", self, other)

    def __rmul__(self, other):
        return self._apply("multiply", other, self)

    def __truediv__(self, other):
        return self._apply("divide", self, other)

    def __rtruediv__(self, other):
        return self._apply("divide", other, self)

    def __pow__(self, other):
        return self._apply("power", self, other)

    def __rpow__(self, other):
        return self._apply("power", other, self)

    def __matmul__(self, other):
        return self._matmul(self, other)

    def __rmatmul__(self, other):
        return self._matmul(other, self)

    @property
    def T(self):
        """The transpose, all axes reversed."""
        return self._transpose(self)
