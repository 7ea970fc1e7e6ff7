"""Lives in the candidate's process: takes numbers out of the wrapping in which a function returned them.

| a function returned | what travels |
| --- | --- |
| a generator, `map`, `zip`, the values of a dictionary, a `deque`, any other sequence | a list |
| a `Fraction`, `Decimal` or complex number, or a number of another library | the number |
| an array of Python objects or of texts | lists of what it holds |
| an array of a longer or shorter float than those of NumPy's common ones | the array in float64 or float32 |

Everything else has no plain value: it stays in the process, behind a handle.
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
    """Return a value that can travel, or None where the object has none.

    Raises:
        FrameError: An array holds something that is no number.
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
        return list(itertools.islice(value, protocol.NODES + 1))  # `pack` refuses a longer one
    return None


def _array(array):
    """Return an array of a dtype that travels, or lists."""
    if array.dtype.kind in "OU":
        return array.tolist()
    if array.dtype.kind in "fc":  # np.longdouble has more digits than travel
        return array.astype("float64" if array.dtype.kind == "f" else "complex128")
    if array.dtype.name.startswith(("bfloat", "float")):  # of ml_dtypes, which JAX and TensorFlow use
        return array.astype("float32")
    raise protocol.FrameError(f"an array of dtype {array.dtype.name}")
