"""A Keras variable that a function of ``keras.ops`` is given counts as its value, on every backend.

Most functions of Keras convert what they are given. Some hand it to the backend as it is, and a backend may not know
what a Keras variable is: JAX's ``where``, ``dynamic_update_slice`` and others refuse it ("Triggering __jax_array__()"),
torch and TensorFlow one inside a list of indices. While a step runs, or a differentiated function, all of them convert.
"""

import functools
import threading
import types

import keras


class Converted:
    """A block in which functions take the values of Keras variables. It may be entered again inside itself.

    Args:
        functions: pairs of a module and the name of a function in it.
        replaced: functions that are another one for that time, ``(module or class, name) → function``.
    """

    def __init__(self, functions, replaced=()):
        self._functions = list(functions)
        self._replaced = dict(replaced)
        self._before = []
        self._depth = 0
        self._lock = threading.Lock()

    def __enter__(self):
        with self._lock:
            if self._depth == 0:
                now = {(holder, name): _kept(vars(holder)[name]) for holder, name in self._functions}
                now |= self._replaced
                self._before = [(holder, name, vars(holder)[name]) for holder, name in now]
                for (holder, name), function in now.items():
                    setattr(holder, name, function)
            self._depth += 1

    def __exit__(self, *error):
        with self._lock:
            self._depth -= 1
            if self._depth == 0:
                for holder, name, function in self._before:
                    setattr(holder, name, function)


def functions_of(backend):
    """The functions of a backend package of Keras that take tensors."""
    names = ("core", "numpy", "nn", "math", "linalg", "image", "random")
    return [
        (module, name)
        for module in (getattr(backend, name) for name in names)
        for name, value in vars(module).items()
        if isinstance(value, types.FunctionType)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and name not in ("is_tensor", "compute_output_spec", "device_scope", "to_torch_dtype", "get_device")
    ]


def converting(function):
    """A function of tensors, which now takes variables too."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        return function(*[_value(a) for a in args], **{name: _value(a) for name, a in kwargs.items()})

    return call


_kept = functools.lru_cache(maxsize=4096)(converting)


def _value(x):
    """The value of a variable, of those in plain containers, and of those that a function (a branch) returns."""
    if isinstance(x, keras.Variable):
        return x.value
    if isinstance(x, types.FunctionType):
        return _returning_values(x)
    if isinstance(x, dict):
        return {key: _value(part) for key, part in x.items()} if _holds(x.values()) else x
    if type(x) in (list, tuple):
        return type(x)([_value(part) for part in x]) if _holds(x) else x
    return list(x) if isinstance(x, range) else x  # JAX takes no range for an array


def _holds(parts):
    return any(isinstance(p, (keras.Variable, dict, list, tuple, types.FunctionType)) for p in parts)


def _returning_values(function):
    @functools.wraps(function)
    def returning(*args, **kwargs):
        return _value(function(*args, **kwargs))

    return returning
