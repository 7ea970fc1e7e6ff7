"""Lets traps be set in a class that is written in C. This module runs in the candidate's process.

Python refuses to set an attribute of such a class, for example of one that Cython has compiled: a flag in the class
says so. `open_for_traps` clears the flag for a moment. Python then also renews what the class itself knows of its
special methods, as for any other class.
"""

import contextlib
import ctypes
import functools
import struct
import types

_FIXED = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
_WORD = struct.calcsize("P")
_METHODS = types.MethodDescriptorType, types.ClassMethodDescriptorType
_KNOWN = int, str, dict, OSError, type, type("Plain", (), {})


def is_fixed(cls):
    """Tell whether Python refuses to set an attribute of a class."""
    return bool(type.__dict__["__flags__"].__get__(cls) & _FIXED)


def is_compiled(cls):
    """Tell whether a class is written in C, by Cython, PyO3 or SWIG; some such classes are not fixed."""
    return (
        is_fixed(cls)
        or is_in_c(vars(cls).get("__new__"))
        or any(isinstance(v, _METHODS) for v in vars(cls).values())
    )


def is_in_c(method):
    """Tell whether a method of a class is written in C."""
    return isinstance(method, (*_METHODS, types.BuiltinFunctionType))


@contextlib.contextmanager
def open_for_traps(cls):
    """Let the attributes of a class be set in the block; where this Python cannot, setting one raises TypeError."""
    at = _place_of_flags()
    if at is None or not is_fixed(cls):
        yield
        return
    flags = ctypes.c_ulong.from_address(id(cls) + at)
    flags.value &= ~_FIXED
    try:
        yield
    finally:
        flags.value |= _FIXED


@functools.cache
def _place_of_flags():
    """Return where in a class its flags stand, in bytes: the only word that equals the flags of some known classes."""
    if ctypes.sizeof(ctypes.c_ulong) != _WORD:  # Windows
        return None
    places = [
        place
        for place in range(2 * _WORD, 40 * _WORD, _WORD)
        if all(ctypes.c_ulong.from_address(id(cls) + place).value == cls.__flags__ for cls in _KNOWN)
    ]
    return places[0] if len(places) == 1 else None
