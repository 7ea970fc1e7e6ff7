"""Replaces one forbidden function: it raises for calls from the candidate's file and works for all other callers."""

import functools
import types

_OF_CALLABLES = (types.BuiltinMethodType, types.MethodType)


class Trap:
    """Wraps a function: calls `check_caller` before each call, and has all attributes of the function.

    Args:
        function: The function, or another callable object (a ufunc, the result of `jax.jit`).
        name: The name of the function in messages.
        declared: The name by which the exercise forbids it.
        check_caller: Function `(name, declared, trap)` that raises if the call came from the candidate's file.
    """

    def __init__(self, function, name, declared, check_caller):
        functools.update_wrapper(self, function)
        self.trapped = function
        self._name, self._declared, self._check_caller = name, declared, check_caller

    def __call__(self, *args, **kwargs):
        """Call the function, unless the call came from the candidate."""
        self._check_caller(self._name, self._declared, self)
        return self.trapped(*args, **kwargs)

    def __getattr__(self, name):
        """Return an attribute of the function; methods and operators of the function are trapped too."""
        value = getattr(object.__getattribute__(self, "trapped"), name)
        if (isinstance(value, _OF_CALLABLES) or _is_operator(value)) and not name.startswith("__"):
            return Trap(value, f"{self._name}.{name}", self._declared, self._check_caller)
        return value

    def __get__(self, instance, owner=None):
        binds = instance is not None and hasattr(type(self.trapped), "__get__")
        return types.MethodType(self, instance) if binds else self

    @property
    def __class__(self):
        return type(self.trapped)


def _is_operator(thing):
    """Tell whether an object is an overload of a torch operator, such as `torch.ops.aten.softmax.int`."""
    return type(thing).__module__ == "torch._ops"
