"""One forbidden function's stand-in: the same to everybody, but for calls from the candidate's own lines."""

import functools
import types

_OF_CALLABLES = (types.BuiltinMethodType, types.MethodType)


class Trap:
    """Stands in the place of a function: calls `spring` before each call, and has all its attributes.

    Args:
        function: The function, or any object that is called like one (a ufunc, what `jax.jit` made).
        name: What to call it in a message.
        declared: The name by which the exercise forbids it.
        spring: Function `(name, declared, trap)` that raises if the candidate called.
    """

    def __init__(self, function, name, declared, spring):
        functools.update_wrapper(self, function)
        self.trapped = function
        self._name, self._declared, self._spring = name, declared, spring

    def __call__(self, *args, **kwargs):
        """Call the function, unless the call came from the candidate."""
        self._spring(self._name, self._declared, self)
        return self.trapped(*args, **kwargs)

    def __getattr__(self, name):
        """Return the function's own attribute; what belongs to it and can be called is trapped too."""
        value = getattr(object.__getattribute__(self, "trapped"), name)
        if (isinstance(value, _OF_CALLABLES) or _is_operator(value)) and not name.startswith("__"):
            return Trap(value, f"{self._name}.{name}", self._declared, self._spring)
        return value

    def __get__(self, instance, owner=None):
        binds = instance is not None and hasattr(type(self.trapped), "__get__")
        return types.MethodType(self, instance) if binds else self

    @property
    def __class__(self):
        return type(self.trapped)


def _is_operator(thing):
    """Tell whether this is a form of one of torch's operators, such as `torch.ops.aten.softmax.int`."""
    return type(thing).__module__ == "torch._ops"
