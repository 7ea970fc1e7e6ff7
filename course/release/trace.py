"""Wrappers around the objects and answers of a candidate; they record what a check does with them."""

from operator import index

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from course.grading import recorded


class NotTraceable(Exception):
    """A check uses an answer in a way that cannot be recorded; the message says how."""


class ObjectTrace:
    """Wraps a `Handle` and records its attributes, calls and items."""

    def __init__(self, recorder, handle, slot):
        self._recorder, self._handle, self._slot = recorder, handle, slot

    @property
    def noun(self):
        """A noun for the object, to be used in a message."""
        return self._handle.noun

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._recorder.step("get", lambda: getattr(self._handle, name), self._slot, name)

    def __call__(self, *args, **kwargs):
        """Call the object in the process of the solution."""
        return self._recorder.step(
            "call", lambda: self._handle(*plain(args), **plain(kwargs)), self._slot, args=args, kwargs=kwargs
        )

    def __getitem__(self, key):
        return self._recorder.step("item", lambda: self._handle[plain(key)], self._slot, key=key)

    def __len__(self):
        return self._recorder.length(self._handle, self._slot)

    def __iter__(self):
        return (self[i] for i in range(len(self)))


class ValueTrace(NDArrayOperatorsMixin):
    """Wraps an answer, or a value computed from answers, and records the operations on it."""

    def __init__(self, recorder, value, slot):
        self._recorder, self._value, self._slot = recorder, value, slot

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        name = recorded.name_of(ufunc)
        if method != "__call__" or name is None or "out" in kwargs:
            raise NotTraceable(f"the function {ufunc.__name__} cannot be recorded")
        return self._recorder.numpy(name, ufunc, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        name = recorded.name_of(function)
        if name is None or "out" in kwargs:
            called = getattr(function, "__name__", function)
            raise NotTraceable(f"the function {called} cannot be recorded")
        return self._recorder.numpy(name, function, args, kwargs)

    def __getattr__(self, name):
        if name in recorded.ATTRIBUTES:
            return self._recorder.step("attr", lambda: getattr(self._value, name), self._slot, name)
        if name not in recorded.METHODS:
            raise AttributeError(name)

        def method(*args, **kwargs):
            def result():
                value = getattr(self._value, name)(*plain(args), **plain(kwargs))
                return list(value) if name in ("keys", "values", "items") else value

            return self._recorder.step("method", result, self._slot, name, args=args, kwargs=kwargs)

        return method

    def __getitem__(self, key):
        return self._recorder.step("item", lambda: self._value[plain(key)], self._slot, key=key)

    def __len__(self):
        return self._recorder.length(self._value, self._slot)

    def __iter__(self):
        if isinstance(self._value, dict):
            self._recorder.lost = True
            return iter(self._value)
        return (self[i] for i in range(len(self)))

    def __contains__(self, item):
        self._recorder.lost = True
        return item in self._value

    def __array__(self, dtype=None, copy=None):
        """Return an array; the recorder recognizes it by its id if the check uses it unchanged."""
        name = None if dtype is None else np.dtype(dtype).name
        made = self._recorder.step("array", lambda: np.asarray(self._value, dtype=dtype), self._slot, name)
        array = np.array(self._disturbed(made._value), dtype=dtype)
        self._recorder.lost = True
        self._recorder.arrays[id(array)] = (array, made._slot)
        return array

    def __float__(self):
        return float(self._lose())

    def __int__(self):
        return int(self._lose())

    def __index__(self):
        self._recorder.lost = True
        return index(self._value)

    def __bool__(self):
        return bool(np.all(self._lose()))

    def __format__(self, spec):
        """Return a placeholder for a message; the replay puts the candidate's answer in its place."""
        return recorded.slot_in_text(self._slot, spec)

    def __str__(self):
        return recorded.slot_in_text(self._slot)

    __repr__ = __str__
    __hash__ = None

    def _lose(self):
        self._recorder.lost = True
        return self._disturbed(self._value)

    def _disturbed(self, value):
        """In the second recording, change numbers by slightly more than any tolerance and negate truth values."""
        value = np.asarray(value)
        if self._recorder.disturb and value.dtype.kind == "b":
            return ~value  # to reach the other branch of the check
        if not self._recorder.disturb or value.dtype.kind not in "iufc":
            return value
        return value + 1 if value.dtype.kind in "iu" else value * 1.015625 + np.asarray(0.0625, value.dtype)


def plain(value):
    """Return the value without wrappers."""
    if isinstance(value, ValueTrace):
        return value._value
    if isinstance(value, ObjectTrace):
        return value._handle
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, slice):
        return slice(*map(plain, bounds(value)))
    return value


def bounds(value):
    """Return start, stop and step of a slice."""
    return value.start, value.stop, value.step
