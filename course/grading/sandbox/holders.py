"""Looks for an object in the variables of a function: in containers, attributes, partial functions and closures.

It reads what Python itself keeps and calls no method of the objects, which may be the candidate's. This module runs in
the candidate's process.
"""

import functools
import gc
import operator
import types

_DEPTH, _THINGS, _LENGTH = 8, 4000, 32
_MODULE = type.__dict__["__module__"]
_LAZY = map, filter  # they tell what they call, and go on unchanged
_BY_NAME = operator.methodcaller  # it finds what it calls when it calls it
_ATOMS = int, float, complex, bool, bytes, type(None), type(len), types.CodeType
_OF_PYTHON = ("itertools", "functools", "operator", "_collections", "collections", "builtins")


def hold(values, wanted):
    """Tell whether one of the values is wanted, or has something in it that is.

    Args:
        values: Objects, such as the values of the local variables of a frame.
        wanted: Function of an object.
    """
    seen, level, left = set(), list(values), _THINGS
    for _ in range(_DEPTH):
        following = []
        for thing in level:
            left -= 1
            if left < 0:
                return False
            if wanted(thing) or type(thing) is _BY_NAME:
                return True
            if id(thing) not in seen:
                seen.add(id(thing))
                following += _inside(thing)
        level = following
    return False


def _inside(thing):
    kind = type(thing)
    if kind in (tuple, list):
        return thing[:_LENGTH]
    if kind is dict:
        return list(thing.values()) if len(thing) <= _LENGTH else []
    if kind in _LAZY:
        return list(kind.__reduce__(thing)[1])
    if kind is types.GeneratorType:
        return list(thing.gi_frame.f_locals.values())[:_LENGTH] if thing.gi_frame is not None else []
    if kind is functools.partial:
        return [thing.func, *thing.args[:_LENGTH], *thing.keywords.values()]
    if kind is types.MethodType:
        return [thing.__func__, thing.__self__]
    if kind is types.FunctionType:
        return [cell.cell_contents for cell in thing.__closure__ or () if _is_filled(cell)][:_LENGTH]
    if issubclass(kind, (types.ModuleType, type, dict, list, tuple, str)):
        return []
    if kind in _ATOMS:
        return []
    module = _MODULE.__get__(kind)
    if type(module) is str and module in _OF_PYTHON:  # `itertools.starmap`, a set
        return gc.get_referents(thing)[:_LENGTH]
    try:
        attributes = object.__getattribute__(thing, "__dict__")
    except AttributeError:
        attributes = {}
    found = list(attributes.values())[: 2 * _LENGTH] if type(attributes) is dict else []
    return found + [value for slot in _slots(kind) if (value := _filled(slot, thing)) is not None]


@functools.cache
def _slots(kind):
    """Return the slots of the objects of a class."""
    slots = [x for base in type.mro(kind) for x in type.__dict__["__dict__"].__get__(base).values()]
    return [slot for slot in slots if type(slot) is types.MemberDescriptorType][:_LENGTH]


def _filled(slot, thing):
    try:
        return slot.__get__(thing)
    except AttributeError:
        return None


def _is_filled(cell):
    try:
        cell.cell_contents  # noqa: B018 - an empty cell raises
    except ValueError:
        return False
    return True
