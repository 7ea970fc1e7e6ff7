"""The protocol between the grader and a candidate: frames of JSON and raw arrays, and nothing else.

A frame is

    magic "MEDL" | length of the header (uint32) | length of the body (uint64) | header | body

The header is a JSON object; its key `"arrays"` lists `{"dtype": …, "shape": […]}`. The body contains the bytes of
these arrays one after the other, little-endian, in C order. A value is a small tree, which refers to an array by its
index in that list:

| value | node |
| --- | --- |
| None, bool, int, finite float, str | itself |
| nan, inf, -inf | `{"float": "nan"}` |
| list, tuple | `{"list": [node, …]}`, `{"tuple": [node, …]}` |
| dict with string keys | `{"dict": [[key, node], …]}` |
| array | `{"array": index}` |
| an object that stays in its process | `{"handle": number, "kind": "Dense"}` |

The reader does not trust the sender: it checks lengths, counts, depths and dtypes before it allocates memory for
them, it refuses the dtype object, and it never unpickles anything.
"""

import json
import math
import struct

import numpy as np

MAGIC = b"MEDL"
HEADER_BYTES = 4 << 20
BODY_BYTES = 64 << 20
ARRAYS = 4096
NODES = 200_000
DEPTH = 32
DIMENSIONS = 32
INTEGER_BITS = 4096

DTYPES = {
    name: np.dtype(name).newbyteorder("<")
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
}

_PREFIX = struct.Struct("<4sIQ")
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class FrameError(Exception):
    """The received bytes are not a frame of this protocol, or the value to send does not fit into a frame."""


class Header(dict):
    """The header of a received frame; `length` is the number of its bytes."""

    length = 0


def write(stream, header, arrays=()):
    """Write one frame to a binary stream and flush it.

    Raises:
        FrameError: The dtype of an array cannot be sent, or the frame would be too large.
    """
    arrays = [_plain(array) for array in arrays]
    specs = [{"dtype": array.dtype.name, "shape": list(array.shape)} for array in arrays]
    text = json.dumps({**header, "arrays": specs}, allow_nan=False).encode()
    body = sum(array.nbytes for array in arrays)
    _check_lengths(len(text), body)
    if len(arrays) > ARRAYS:
        raise FrameError(f"{len(arrays)} arrays at once; the limit is {ARRAYS}")
    stream.write(_PREFIX.pack(MAGIC, len(text), body))
    stream.write(text)
    for array in arrays:
        stream.write(array.tobytes())
    stream.flush()


def read(stream):
    """Read one frame from a binary stream.

    Returns:
        The `Header` (without `"arrays"`) and the list of arrays, new and writable; or None if the stream ends between
        two frames.

    Raises:
        FrameError: The stream ends inside a frame, or it contains something that is not a frame.
    """
    prefix = stream.read(_PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < _PREFIX.size:
        raise FrameError("the frame is cut off in its first bytes")
    magic, header_bytes, body_bytes = _PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FrameError("this is not a frame")
    _check_lengths(header_bytes, body_bytes)
    header = Header(_header(_exactly(stream, header_bytes)))
    header.length = header_bytes
    specs = [_spec(spec) for spec in _listed(header.pop("arrays", None), ARRAYS)]
    if sum(nbytes for _, _, nbytes in specs) != body_bytes:
        raise FrameError("the arrays do not fill the frame's body")
    return header, [_array(_exactly(stream, nbytes), dtype, shape) for dtype, shape, nbytes in specs]


def pack(value, other=None):
    """Turn a value into a tree and the list of arrays to which the tree refers.

    Args:
        value: None, bool, int, float, str, NumPy array or scalar, and lists, tuples and dicts of them.
        other: Function for all other values, including arrays of other dtypes. It returns the node of a handle,
            which is a dictionary, or a value that can be sent.

    Raises:
        FrameError: The value cannot be sent; the message says what it contains.
    """
    arrays = []
    count = 0

    def node(value, depth):
        nonlocal count
        count += 1
        if count > NODES:
            raise FrameError(f"more than {NODES} values in lists; use an array")
        if depth > DEPTH:
            raise FrameError(f"lists inside lists, more than {DEPTH} deep")
        if value is None or isinstance(value, (bool, str)):
            return str(value) if isinstance(value, str) else value
        if isinstance(value, (np.ndarray, np.generic)) and (other is None or value.dtype.name in DTYPES):
            arrays.append(_plain(value))
            return {"array": len(arrays) - 1}
        if isinstance(value, int):
            if int(value).bit_length() > INTEGER_BITS:
                raise FrameError(f"an integer of more than {INTEGER_BITS} bits")
            return int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {"float": str(float(value))}
        if isinstance(value, (list, range)):
            return {"list": [node(item, depth + 1) for item in value]}
        if isinstance(value, tuple):
            return {"tuple": [node(item, depth + 1) for item in value]}
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise FrameError(f"a dictionary with the key {key!r}; keys must be strings")
            return {"dict": [[str(key), node(item, depth + 1)] for key, item in value.items()]}
        if other is None:
            raise FrameError(f"an object of type {type(value).__name__}")
        replacement = other(value)
        return replacement if isinstance(replacement, dict) else node(replacement, depth + 1)

    return node(value, 0), arrays


def unpack(tree, arrays, handle=None, array=None):
    """Turn a tree back into the value.

    Args:
        tree: A tree that `pack` made, or any JSON value of a hostile sender.
        arrays: The arrays of the frame.
        handle: Function that turns the node of a handle into a value; without it, handles are refused.
        array: Function that is applied to every array.

    Raises:
        FrameError: `tree` is not a valid tree.
    """
    count = 0

    def value(node, depth):
        nonlocal count
        count += 1
        if count > NODES or depth > DEPTH:
            raise FrameError("a value of too many parts")
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if not isinstance(node, dict):
            raise FrameError("a node of an unknown kind")
        if "handle" in node:
            if handle is None:
                raise FrameError("a handle where it is not allowed")
            return handle(node)
        if len(node) != 1:
            raise FrameError("a node of an unknown kind")
        ((kind, content),) = node.items()
        if kind == "array":
            if type(content) is not int or not 0 <= content < len(arrays):
                raise FrameError("a node refers to an array that does not exist")
            return arrays[content] if array is None else array(arrays[content])
        if kind == "float" and isinstance(content, str) and content in _NOT_FINITE:
            return _NOT_FINITE[content]
        if kind in ("list", "tuple"):
            items = [value(item, depth + 1) for item in _listed(content, NODES)]
            return items if kind == "list" else tuple(items)
        if kind == "dict":
            return {key: value(item, depth + 1) for key, item in map(_pair, _listed(content, NODES))}
        raise FrameError("a node of an unknown kind")

    return value(tree, 0)


def _plain(array):
    """Return the array as a plain `np.ndarray`, little-endian and contiguous."""
    array = np.asarray(array)
    if array.dtype.name not in DTYPES:
        if array.dtype == object:
            raise FrameError("an array of dtype object: give numbers, and rows of equal lengths")
        raise FrameError(f"an array of dtype {array.dtype.name}")
    return np.array(array, dtype=DTYPES[array.dtype.name], order="C", copy=True, subok=False)


def _check_lengths(header, body):
    if header > HEADER_BYTES:
        raise FrameError(f"a header of {header} bytes; the limit is {HEADER_BYTES}")
    if body > BODY_BYTES:
        raise FrameError(f"arrays of {body / 2**20:.0f} MiB in all; the limit is {BODY_BYTES >> 20} MiB")


def _exactly(stream, count):
    data = stream.read(count)
    if len(data) != count:
        raise FrameError("the frame is cut off")
    return data


def _header(data):
    def refuse(constant):
        raise FrameError(f"{constant} in a header")

    try:
        header = json.loads(data, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise FrameError("the header is not JSON") from None
    if not isinstance(header, dict):
        raise FrameError("the header is not a JSON object")
    return header


def _listed(value, limit):
    if not isinstance(value, list) or len(value) > limit:
        raise FrameError("a list is missing or too long")
    return value


def _pair(item):
    if not (isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)):
        raise FrameError("an entry of a dictionary is not a pair")
    return item


def _spec(spec):
    """Return the dtype, the shape and the number of bytes of one array of a header."""
    if not isinstance(spec, dict) or set(spec) != {"dtype", "shape"}:
        raise FrameError("an array without dtype and shape")
    name, shape = spec["dtype"], spec["shape"]
    if not isinstance(name, str) or name not in DTYPES:
        raise FrameError(f"an array of dtype {str(name)[:40]}")
    for length in _listed(shape, DIMENSIONS):
        if type(length) is not int or not 0 <= length <= BODY_BYTES:
            raise FrameError("an array with an impossible shape")
    nbytes = math.prod(shape) * DTYPES[name].itemsize
    if nbytes > BODY_BYTES:
        raise FrameError("an array that is larger than its frame")
    return DTYPES[name], tuple(shape), nbytes


def _array(data, dtype, shape):
    if dtype == np.bool_:  # a bool array may contain only the bytes 0 and 1
        return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
    return np.frombuffer(bytearray(data), dtype).reshape(shape)
