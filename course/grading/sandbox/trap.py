"""Replaces one forbidden object that is not a Python function: a ufunc, a builtin, the result of `jax.jit`.

It asks before each call, and works for all callers that may use it. Python functions have a guard instead (`guard.py`).
"""

import contextlib
import functools
import inspect
import types

from course.grading.sandbox import kept

_OF_CALLABLES = (types.BuiltinMethodType, types.MethodType)


class Trap:
    """Wraps a function: calls `check_caller` before each call, and has all attributes of the function.

    Args:
        function: The function, or another callable object (a ufunc, the result of `jax.jit`).
        name: The name of the function in messages.
        declared: The name by which the exercise forbids it.
        check_caller: Function `(name, declared, trap)` that raises if the call came from the candidate's file; with
            `deep`, it takes `depth`, too.
        deep: Whether it does.
    """

    def __init__(self, function, name, declared, check_caller, deep=True):
        functools.update_wrapper(self, function)
        vars(self).pop("__wrapped__")
        self._name, self._declared = name, declared
        self.__type, self.__attributes = type(function), None
        self.__hash = object.__hash__(self)
        with contextlib.suppress(TypeError):  # an overload of torch's operators has the hash of what it calls
            self.__hash = hash(function)
        kept.keep(self, function, functools.partial(_ask, check_caller, name, declared, self, deep), _part)

    def __hash__(self):
        return self.__hash

    def __call__(self, *args, **kwargs):
        """Call the function, unless the call came from the candidate."""
        return kept.fetch(self, args, kwargs)(*args, **kwargs)

    def __getattr__(self, name):
        """Return an attribute of the function; methods and operators of the function are trapped too."""
        if name.startswith("_Trap__"):
            raise AttributeError(name)
        if self.__attributes is None:
            return kept.look(self, name)
        if name not in self.__attributes:
            raise AttributeError(f"{self._name} has no attribute {name}")
        return self.__attributes[name]

    def _forget(self, known=None):
        if self.__attributes is None:
            # id → trap: an operator of torch knows its packet, which knows it
            known = {} if known is None else known
            function = original(self)
            known[id(function)] = self
            self.__attributes = {}
            for name in dir(function):
                if not name.startswith("__"):
                    # some objects have not yet computed all that they list
                    with contextlib.suppress(AttributeError):
                        value = getattr(function, name)
                        again = _is_operator(value) and id(value) in known
                        self.__attributes[name] = known[id(value)] if again else kept.look(self, name)
            for value in self.__attributes.values():
                if type(value) is Trap:
                    value._forget(known)
            kept.forget(self)

    def __get__(self, instance, owner=None):
        binds = instance is not None and hasattr(self.__type, "__get__")
        return types.MethodType(self, instance) if binds else self

    @property
    def __signature__(self):
        try:
            return kept.look(self, "__signature__")
        except (ValueError, TypeError):  # some functions in C have none
            raise AttributeError("__signature__") from None

    @property
    def __class__(self):
        return self.__type


def original(trap):
    """Return the function that a trap replaces."""
    return kept.original(trap)


def forget(trap):
    """Delete the reference to the function: nobody may call it, and nobody will restore it."""
    Trap._forget(trap)


def declared_as(trap):
    """Return the name by which the exercise forbids the function."""
    return vars(trap)["_declared"]


def _ask(check_caller, name, declared, trap, deep, args, kwargs):
    check_caller(name, declared, trap, **({"depth": 5} if deep else {}))


def _part(check, trap, function, name):
    """Return an attribute of the function of a trap; what could call the function becomes a trap, too."""
    if name == "__signature__":
        return inspect.signature(function)
    value = getattr(function, name)
    if (
        _is_operator(value)
        or getattr(value, "__self__", None) is function
        or isinstance(value, _OF_CALLABLES)
    ):
        check_caller, _, declared, _, deep = check.args
        return Trap(value, f"{trap._name}.{name}", declared, check_caller, deep)
    return value


def _is_operator(thing):
    """Tell whether an object is an overload of a torch operator, such as `torch.ops.aten.softmax.int`."""
    return type(thing).__module__ == "torch._ops"
