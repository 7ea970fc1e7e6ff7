"""Converts the containers in which a function returned its numbers. This module runs in the candidate's process.

| a function returned | sent as |
| --- | --- |
| a generator, `map`, `zip`, the values of a dictionary, a `deque`, any other sequence | a list |
| a `Fraction`, `Decimal` or complex number, or a number of another library | the number |
| an array of Python objects or of texts | lists of its entries |
| an array of floats that are longer or shorter than NumPy's common ones | the array in float64 or float32 |

All other objects stay in the process; the grader gets a handle.
"""

import itertools
import numbers
from collections.abc import ItemsView, Iterator, KeysView, Sequence, ValuesView
from decimal import Decimal

import numpy as np

from course.processes import protocol

_SERIES = (Iterator, Sequence, KeysView, ValuesView, ItemsView)
_TEXTS = (str, bytes, bytearray, memoryview)


def unwrapped(value):
    """Return the value of an object in a form that can be sent, or None if the object has no such value.

    Raises:
        FrameError: An array contains something that is not a number.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return _array(np.asarray(value))
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, (numbers.Real, Decimal)):
        return float(value)
    if isinstance(value, numbers.Complex):
        return np.asarray(complex(value))
    if isinstance(value, _SERIES) and not isinstance(value, _TEXTS):
        return list(itertools.islice(value, protocol.NODES + 1))  # `pack` refuses a list of this length
    return None


def _array(array):
    """Return an array of a dtype that can be sent, or lists."""
    if array.dtype.kind in "OU":
        return array.tolist()
    if array.dtype.kind in "fc":  # np.longdouble, which cannot be sent
        return array.astype("float64" if array.dtype.kind == "f" else "complex128")
    if array.dtype.name.startswith(("bfloat", "float")):  # types of ml_dtypes, which JAX and TensorFlow use
        return array.astype("float32")
    raise protocol.FrameError(f"an array of dtype {array.dtype.name}")
