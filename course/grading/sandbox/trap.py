"""Replaces one forbidden object that is not a Python function: a ufunc, a builtin, the result of `jax.jit`.

It asks before each call, and works for all callers that may use it. Python functions have a guard instead (`guard.py`).
"""

import contextlib
import functools
import inspect
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
        vars(self).pop("__wrapped__")
        self._name, self._declared, self._check_caller = name, declared, check_caller
        self.__type, self.__function, self.__attributes = type(function), function, None

    def __call__(self, *args, **kwargs):
        """Call the function, unless the call came from the candidate."""
        self._check_caller(self._name, self._declared, self)
        return self.__function(*args, **kwargs)

    def __getattr__(self, name):
        """Return an attribute of the function; methods and operators of the function are trapped too."""
        if name.startswith("_Trap__"):
            raise AttributeError(name)
        if self.__attributes is None:
            return self.__attribute(name)
        if name not in self.__attributes:
            raise AttributeError(f"{self._name} has no attribute {name}")
        return self.__attributes[name]

    def __attribute(self, name, known=None):
        value = getattr(self.__function, name)
        if known is not None and _is_operator(value) and id(value) in known:
            return known[id(value)]
        if (isinstance(value, _OF_CALLABLES) or _is_operator(value)) and not name.startswith("__"):
            return Trap(value, f"{self._name}.{name}", self._declared, self._check_caller)
        return value

    def _forget(self, known=None):
        if self.__attributes is None:
            # id → trap: an operator of torch knows its packet, which knows it
            known = {} if known is None else known
            known[id(self.__function)] = self
            self.__attributes = {}
            for name in dir(self.__function):
                if not name.startswith("__"):
                    # some objects have not yet computed all that they list
                    with contextlib.suppress(AttributeError):
                        self.__attributes[name] = self.__attribute(name, known)
            for value in self.__attributes.values():
                if type(value) is Trap:
                    value._forget(known)
            self.__function = None

    def __get__(self, instance, owner=None):
        binds = instance is not None and hasattr(self.__type, "__get__")
        return types.MethodType(self, instance) if binds else self

    @property
    def __signature__(self):
        try:
            return inspect.signature(self.__function)
        except (ValueError, TypeError):  # some functions in C have none
            raise AttributeError("__signature__") from None

    @property
    def __class__(self):
        return self.__type


def original(trap):
    """Return the function that a trap replaces."""
    return vars(trap)["_Trap__function"]


def forget(trap):
    """Delete the reference to the function: nobody may call it, and nobody will restore it."""
    Trap._forget(trap)


def declared_as(trap):
    """Return the name by which the exercise forbids the function."""
    return vars(trap)["_declared"]


def _is_operator(thing):
    """Tell whether an object is an overload of a torch operator, such as `torch.ops.aten.softmax.int`."""
    return type(thing).__module__ == "torch._ops"
