"""Puts a question in front of a Python function. This module runs in the candidate's process.

There are many ways to a function: module namespaces, aliases, closures, `inspect.unwrap`, the garbage collector. All of
them lead to the same object. So the code of the object is changed, and not the ways: it asks first, and then calls a
copy of the function with the original code.
"""

import contextlib
import functools
import inspect
import types

from course.grading.sandbox import kept

# where decorators, NumPy and bound methods keep the function that they call
_CHAIN = ("__wrapped__", "_implementation", "__func__")
_PLACE = "the guard"


def functions(thing):
    """Return the Python functions behind a function: itself, and what its decorators call."""
    found = []
    while thing is not None and all(thing is not f for f in found):
        found.append(thing)
        thing = next((inner for name in _CHAIN if (inner := _attribute(thing, name)) is not None), None)
    return [f for f in found if issubclass(type(f), types.FunctionType)]  # a trap says that it is one


class Guard:
    """The question before the calls of one function: set `function.__code__` to `after`, and to `before` to remove it.

    Args:
        function: The Python function.
        name: Its name in messages.
        declared: The name by which the exercise forbids it.
        check_caller: Function `(name, declared, function, depth)` that raises if the call is not allowed.
        more: Further attributes, for subclasses.
    """

    def __init__(self, function, name, declared, check_caller, **more):
        self.declared, self.name, self.before = declared, name, function.__code__
        self._function, self._check_caller = function, check_caller
        vars(self).update(more)
        original = types.FunctionType(
            function.__code__, function.__globals__, "_", function.__defaults__, function.__closure__
        )
        original.__kwdefaults__ = function.__kwdefaults__
        # its name does not tell what it is
        original.__module__, original.__qualname__ = None, "_"
        # what asks is a copy, because a file can change the guard
        asks = object.__new__(type(self))
        vars(asks).update(vars(self))
        kept.keep(self, original, functools.partial(type(self).ask, asks))
        constants = tuple(self if c == _PLACE else c for c in _guarded.__code__.co_consts)
        self.after = _guarded.__code__.replace(
            co_consts=constants, co_name=self.before.co_name, co_filename=self.before.co_filename,
            co_firstlineno=self.before.co_firstlineno, co_freevars=self.before.co_freevars,
        )  # fmt: skip
        # Keras reads signatures; some functions have no readable one
        if "__signature__" not in vars(function):
            with contextlib.suppress(ValueError, TypeError):
                function.__signature__ = inspect.signature(function)

    def ask(self, args, kwargs):
        """Raise if the call is not allowed."""
        self._check_caller(self.name, self.declared, self._function, depth=6)

    def __call__(self, args, kwargs):
        """Ask, and call the function."""
        return kept.fetch(self, args, kwargs)(*args, **kwargs)

    def forget(self):
        """Delete the original code: nobody may call the function, and nobody will restore it."""
        self.before = None
        kept.forget(self)


def _guarded(*args, **kwargs):
    """The code that every guarded function gets; the guard takes the place of the text."""
    guard = "the guard"
    return guard(args, kwargs)


def is_guarded(code):
    """Tell whether this is the code that asks in place of a function."""
    return any(isinstance(constant, Guard) for constant in code.co_consts)


def _attribute(thing, name):
    try:
        return getattr(thing, name, None)
    except Exception:  # some objects of libraries compute their attributes
        return None
