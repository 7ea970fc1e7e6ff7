"""The values of the names `np`, `int`, `float` and `bool` while a check is recorded.

`np.asarray(answer)` and `int(answer)` must return a real array and a real number: Python and NumPy require it, and
later operations could not be recorded. Therefore these names are replaced during a recording: with an answer they
record a step, and with any other value they do what they usually do.
"""

import builtins

import numpy as np

from course.release.trace import ValueTrace

_ARRAYS = ("asarray", "array", "ascontiguousarray")


def replacements(scope, recorder):
    """Return name → what stands for it during a recording, for the globals `scope` of a check."""
    found = {name: Numpy(recorder) for name, thing in scope.items() if thing is np}
    for name in ("int", "float", "bool"):
        if scope.get(name, getattr(builtins, name)) is getattr(builtins, name):
            found[name] = Number(recorder, getattr(builtins, name))
    return found


class Numpy:
    """NumPy, except that functions of answers are recorded."""

    def __init__(self, recorder):
        self._recorder = recorder

    def __getattr__(self, name):
        function = getattr(np, name)
        if name not in _ARRAYS:
            return function

        def make(value, *args, **kwargs):
            if not _holds_answers(value):
                return function(value, *args, **kwargs)
            return self._recorder.numpy(name, function, (value, *args), kwargs)

        return make


class Number:
    """`int`, `float` or `bool`, except that the conversion of an answer is recorded."""

    def __init__(self, recorder, kind):
        self._recorder, self._kind = recorder, kind
        self.dtype = np.dtype(kind)  # so that `dtype=int` works

    def __call__(self, *args):
        """Make a number, or record that one is made."""
        if len(args) == 1 and isinstance(args[0], ValueTrace):
            return self._recorder.number(self._kind, args[0])
        return self._kind(*args)

    def __instancecheck__(self, value):
        return isinstance(value, self._kind)


def _holds_answers(value):
    """Tell whether a value is an answer, or a list of values among which there is one."""
    if isinstance(value, (list, tuple)):
        return any(map(_holds_answers, value))
    return isinstance(value, ValueTrace)
