"""The plain Python values among the attributes of a model's parts: what a compiled step keeps, and may not change.

A plain value is a number, a string, a function, a NumPy array, or a list, tuple, set, range, dict, dataclass or
namespace of these. Of a layer, a variable or a tensor it counts which one it is. Other things are no plain values.
"""

import argparse
import contextlib
import copy
import dataclasses
import enum
import functools
import sys
import types

import keras
import numpy as np
from keras.src import backend

from course.training.rules.user_lines import of_the_engine, written_by_user

SIMPLE = (bool, int, float, complex, str, type(None), enum.Enum, np.generic)
FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial)
SEQUENCES = (list, tuple, set, frozenset, range)
NAMESPACES = (types.SimpleNamespace, argparse.Namespace)
_NO_TENSORS = {bool, int, float, complex, str, type(None)}
LARGEST = 64  # a larger list or array is compared by which one it is
# Attributes of a layer that are no settings of a step.
NOT_SETTINGS = {
    "built", "compiled", "name", "stop_training", "stop_evaluating", "stop_predicting", "run_eagerly", "jit_compile",
    "steps_per_execution", "training", "train_function", "test_function", "predict_function", "build", "quantize",
    "predict_step",
}  # fmt: skip


class NotPlain:
    """What stands for a thing that is no plain value."""


class The:
    """One thing, which only equals itself."""

    def __init__(self, thing):
        self.thing = thing

    def __eq__(self, other):
        return type(other) is The and self.thing is other.thing

    def __hash__(self):
        return id(self.thing)


def frozen(value, within=()):
    """A plain value as it is now, to be compared, or ``NotPlain``; NaN is equal to itself, and 1 is not True.

    Args:
        value: what an attribute holds.
        within: the ids of what holds the value. One of them again is compared by which one it is: it holds itself.
    """
    kind = type(value)
    if kind in (bool, int, str):
        return kind, value
    if isinstance(value, SIMPLE):
        return kind, repr(value)
    if isinstance(value, FUNCTIONS):
        return The(value)
    if isinstance(value, np.ndarray):
        if value.size > LARGEST or id(value) in within:
            return The(value)
        objects = value.dtype.hasobject  # whose bytes say where they are
        numbers = frozen(value.tolist(), (*within, id(value))) if objects else value.tobytes()
        return value.dtype, value.shape, numbers
    if isinstance(value, (*SEQUENCES, dict)) and len(value) > LARGEST:
        return The(value)
    if isinstance(value, range):
        return value
    if id(value) in within:
        return The(value)
    within = *within, id(value)
    if isinstance(value, SEQUENCES):
        parts = [frozen(part, within) for part in value]
        return kind, (frozenset if isinstance(value, (set, frozenset)) else tuple)(parts)
    if isinstance(value, dict):
        return kind, tuple((key, frozen(part, within)) for key, part in value.items())
    if _has_fields(value):
        return kind, frozen(_fields(value), within)
    if isinstance(value, (keras.Layer, keras.Variable)) or is_tensor(value):
        return The(value)
    return NotPlain


def counts(name, owner, read):
    """Whether an attribute may be a setting: not one of Keras's own.

    Args:
        name: of the attribute.
        owner: a layer, an optimizer or a metric.
        read: the names of the attributes that steps were seen to read.
    """
    return _may_count(name, type(owner)) and (name in read or not name.startswith("_"))


def _may_count(name, kind):
    """Whether an attribute of a class may be a setting, if a step reads it."""
    return name not in NOT_SETTINGS and not (name.startswith("_") and _of_keras(kind))


def _has_fields(value):
    """Whether this is a namespace or an object of a dataclass."""
    return isinstance(value, NAMESPACES) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _fields(value):
    """The values of a namespace or of an object of a dataclass by their names; one with slots has no ``vars``."""
    names = [f.name for f in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
    return {n: getattr(value, n) for n in names if hasattr(value, n)} | getattr(value, "__dict__", {})


def is_tensor(value):
    """Whether this is a tensor of the backend, or what stands for one in a run without numbers."""
    return isinstance(value, keras.KerasTensor) or backend.is_tensor(value)


def tensors_of(layers):
    """The attributes of users' layers that hold tensors: (id of the layer, name) → (layer, tensors)."""
    found = {}
    for layer in layers:
        if written_by_user(getattr(sys.modules.get(type(layer).__module__), "__file__", None) or ""):
            for name in vars(layer).keys() - attributes_of_keras():
                if tensors := _tensors(vars(layer)[name]):
                    found[id(layer), name] = layer, tensors
    return found


@functools.cache
def attributes_of_keras():
    """Those that every layer and model has, such as the losses that were added."""
    return {*vars(keras.Layer(name="layer")), *vars(keras.Model(name="model"))}


def _tensors(value, within=()):
    """The tensors in a value, alone or in plain containers; ``within`` as in ``frozen``."""
    if id(value) in within or isinstance(value, (SIMPLE, np.ndarray, keras.Layer, keras.Variable)):
        return []
    if is_tensor(value):
        return [value]
    within = *within, id(value)
    if _has_fields(value):
        value = _fields(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, SEQUENCES) else ()
    if isinstance(value, range) or set(map(type, parts)) <= _NO_TENSORS:  # such as a long vocabulary
        return []
    return [x for part in parts for x in _tensors(part, within)]


def values_of(layers):
    """The plain values among the attributes of layers: (id, name) → (layer, what says it, frozen value)."""
    found = {}
    for layer in layers:
        for name, value in vars(layer).items():
            now = frozen(value) if _may_count(name, type(layer)) else NotPlain
            if now is not NotPlain and not isinstance(now, The):
                found[id(layer), name] = layer, _said(value), now
    return found


def _said(value):
    """A function that returns the text of a value as it is now; for an error that is rarely raised.

    The text of a Keras variable shows its numbers, which takes long, so it is made only when it is asked for.
    """
    return functools.partial(repr, _copied(value))


def _copied(value, within=()):
    """The value, with copies of what may change in it; ``within`` as in ``frozen``."""
    if id(value) in within:
        return value
    within = *within, id(value)
    if isinstance(value, np.ndarray):
        return value.copy()
    if _has_fields(value):
        copied = copy.copy(value)
        for name, part in _fields(value).items():
            object.__setattr__(copied, name, _copied(part, within))  # a frozen dataclass is still being made
        return copied
    if isinstance(value, dict):
        return {key: _copied(part, within) for key, part in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(_copied(part, within) for part in value)
    if isinstance(value, list):  # such as Keras's own kind
        return [_copied(part, within) for part in value]
    return value


@contextlib.contextmanager
def reads_noted(model, names):
    """While this lasts, the names of the attributes that are read are noted (by classes that differ in nothing else).

    These are the attributes that a user's line reads, and the public ones of the model that another library reads.
    """
    owners = [(x, type(x)) for x in model._flatten_layers() if x is model or not _of_keras(type(x))]
    for owner, kind in owners:
        object.__setattr__(owner, "__class__", _noting(kind, names, private_only=owner is not model))
    try:
        yield
    finally:
        for owner, kind in owners:
            object.__setattr__(owner, "__class__", kind)


def _noting(kind, names, private_only):
    class Noting(kind):
        def __getattribute__(self, name):
            private, reader = name.startswith("_"), sys._getframe(1).f_code.co_filename
            if written_by_user(reader) or not (private or private_only or of_the_engine(reader)):
                names.add(name)
            return super().__getattribute__(name)

    Noting.__name__, Noting.__qualname__, Noting.__module__ = (
        kind.__name__,
        kind.__qualname__,
        kind.__module__,
    )
    return Noting


def _of_keras(kind):
    return kind.__module__.partition(".")[0] == "keras"
