import io
import json
import math
import struct

import numpy as np
import pytest

from course.processes import protocol
from course.processes.protocol import FrameError

pytestmark = pytest.mark.backend_independent


def sent(header, arrays=()):
    stream = io.BytesIO()
    protocol.write(stream, header, arrays)
    return stream.getvalue()


def received(data):
    return protocol.read(io.BytesIO(data))


def forged(header, body=b"", magic=b"MEDL", header_bytes=None, body_bytes=None):
    """A frame written by hand, so that its numbers can be wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    lengths = (header_bytes or len(text), len(body) if body_bytes is None else body_bytes)
    return struct.pack("<4sIQ", magic, *lengths) + text + body


def there_and_back(value):
    tree, arrays = protocol.pack(value)
    header, arrays = received(sent({"value": tree}, arrays))
    return protocol.unpack(header["value"], arrays)


@pytest.mark.parametrize("name", protocol.DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_every_dtype_and_shape_is_sent_unchanged(name, shape):
    array = np.random.default_rng(0).integers(0, 2, size=shape).astype(name)
    back = there_and_back(array)
    assert back.dtype == array.dtype
    assert back.shape == shape
    np.testing.assert_array_equal(back, array)
    if back.size:
        back[...] = 0  # the array of the receiver is writable


def test_memory_order_byte_order_and_subclasses_are_not_sent():
    class Odd(np.ndarray):
        def __array_finalize__(self, other):
            self.secret = "x"

    array = np.arange(6.0).reshape(2, 3)
    for odd in (np.asfortranarray(array), array.astype(">f8"), array[::-1][::-1], array.view(Odd)):
        back = there_and_back(odd)
        assert type(back) is np.ndarray
        assert back.dtype.newbyteorder("=") == np.float64
        np.testing.assert_array_equal(back, array)


def test_plain_values_keep_their_types():
    value = [None, True, 0, -(2**200), 1.5, -0.0, "Ünï", (1, [2.0]), {"a": {}, "b": ()}]
    back = there_and_back(value)
    assert back == value
    assert repr(back) == repr(value)
    assert there_and_back(range(3)) == [0, 1, 2]


def test_nan_and_infinities_of_python_are_sent():
    nan, inf, minus = there_and_back([math.nan, math.inf, -math.inf])
    assert math.isnan(nan)
    assert (inf, minus) == (math.inf, -math.inf)
    back = there_and_back(np.array([np.nan, np.inf]))
    assert np.isnan(back[0])


def test_numpy_scalars_are_arrays_without_axes():
    back = there_and_back(np.float64(2.5))  # np.float64 is a subclass of float
    assert isinstance(back, np.ndarray)
    assert back.shape == ()


def endless():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([object()]), "dtype object"),
        (np.array(["a"]), "dtype str"),
        (np.array(["2020-01-01"], "datetime64[D]"), "dtype datetime64"),
        ({1, 2}, "type set"),
        ({1: 2}, "the key 1"),
        (b"bytes", "type bytes"),
        (1 << 5000, "more than 4096 bits"),
        (endless(), "more than 32 deep"),
        ([0] * 200_001, "use an array"),
    ],
)
def test_a_value_that_cannot_be_sent_is_named(value, message):
    with pytest.raises(FrameError, match=message):
        protocol.pack(value)


def test_a_frame_that_is_too_large_is_refused_before_anything_is_written():
    stream = io.BytesIO()
    with pytest.raises(FrameError, match="limit is 64 MiB"):
        protocol.write(stream, {}, [np.broadcast_to(np.float64(0), (9 << 20,))])
    with pytest.raises(FrameError, match="header"):
        protocol.write(stream, {"text": "x" * (5 << 20)})
    assert stream.getvalue() == b""


def test_only_an_end_inside_a_frame_is_an_error():
    data = sent({"a": 1}, [np.arange(3)])
    stream = io.BytesIO(data + data)
    assert protocol.read(stream)[0] == {"a": 1}
    assert protocol.read(stream)[0] == {"a": 1}
    assert protocol.read(stream) is None
    for length in range(1, len(data)):
        with pytest.raises(FrameError, match=r"cut off"):
            received(data[:length])


F4 = {"dtype": "float32", "shape": [2]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (forged({"arrays": []}, magic=b"GET "), "not a frame"),
        (forged({"arrays": []}, header_bytes=1 << 31), "the limit is"),
        (forged({"arrays": []}, body_bytes=1 << 63), "the limit is"),
        (forged(b"{"), "not JSON"),
        (forged(b"\xff\xfe{}"), "not JSON"),
        (forged(b"[" * 100_000), "not JSON"),
        (forged(b'{"value": NaN, "arrays": []}'), "NaN in a header"),
        (forged(b"[]"), "not a JSON object"),
        (forged({}), "list is missing"),
        (forged({"arrays": {}}), "list is missing"),
        (forged({"arrays": [None]}), "without dtype"),
        (forged({"arrays": [F4 | {"data": "here"}]}), "without dtype"),
        (forged({"arrays": [F4 | {"dtype": "object"}]}, b"12345678"), "dtype object"),
        (forged({"arrays": [F4 | {"dtype": "O"}]}, b"12345678"), "dtype O"),
        (forged({"arrays": [F4 | {"dtype": ["float32"]}]}, b"12345678"), "dtype"),
        (forged({"arrays": [F4 | {"dtype": "f4,f4"}]}, b"12345678"), "dtype f4,f4"),
        (forged({"arrays": [F4 | {"shape": 2}]}, b"12345678"), "list is missing"),
        (forged({"arrays": [F4 | {"shape": [-2]}]}), "impossible shape"),
        (forged({"arrays": [F4 | {"shape": [-1, -2]}]}, b"12345678"), "impossible shape"),
        (forged({"arrays": [F4 | {"shape": [True]}]}, b"1234"), "impossible shape"),
        (forged({"arrays": [F4 | {"shape": [2.0]}]}, b"12345678"), "impossible shape"),
        (forged({"arrays": [F4 | {"shape": [1 << 40, 0]}]}), "impossible shape"),
        (forged({"arrays": [F4 | {"shape": [1 << 25, 1 << 25]}]}), "larger than its frame"),
        (forged({"arrays": [F4 | {"shape": [1] * 33}]}, b"1234"), "too long"),
        (forged({"arrays": [F4]}, b"1234"), "do not fill"),
        (forged({"arrays": [F4]}, b"123456789"), "do not fill"),
        (forged({"arrays": []}, b"left over"), "do not fill"),
        (forged({"arrays": [F4] * 5000}), "too long"),
    ],
)
def test_forged_frames_are_refused(data, message):
    with pytest.raises(FrameError, match=message):
        received(data)


def test_lengths_are_checked_before_memory_is_allocated():
    class Counting(io.BytesIO):
        most = 0

        def read(self, n=-1):
            self.most = max(self.most, n)
            return super().read(n)

    stream = Counting(forged({"arrays": [F4 | {"shape": [1 << 22]}]}, body_bytes=1 << 24))
    with pytest.raises(FrameError, match="cut off"):
        protocol.read(stream)
    for data in (
        forged({"arrays": []}, body_bytes=1 << 40),
        forged({"arrays": []}, header_bytes=1 << 30),
        forged({"arrays": [F4 | {"shape": [1 << 22]}]}, body_bytes=8),
    ):
        stream = Counting(data)
        with pytest.raises(FrameError):
            protocol.read(stream)
        assert stream.most <= 1000


def test_a_bool_is_0_or_1_whatever_its_byte_was():
    header, (array,) = received(forged({"arrays": [{"dtype": "bool", "shape": [3]}]}, b"\x00\x01\x02"))
    assert header == {}
    assert array.view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    "tree",
    [
        [],
        [1],
        {},
        {"array": 1},
        {"array": -1},
        {"array": True},
        {"array": 0.0},
        {"array": "0"},
        {"float": "1e400"},
        {"float": []},
        {"list": {"a": 1}},
        {"list": [[]]},
        {"tuple": None},
        {"dict": {"a": 1}},
        {"dict": [["a"]]},
        {"dict": [[1, 2]]},
        {"list": [], "tuple": []},
        {"pickle": "gASVAA=="},
        {"handle": 0},
    ],
)
def test_invalid_trees_are_refused(tree):
    with pytest.raises(FrameError):
        protocol.unpack(tree, [np.zeros(1)])


def test_a_deep_or_wide_tree_is_refused():
    deep = 0
    for _ in range(40):
        deep = {"list": [deep]}
    with pytest.raises(FrameError, match="too many parts"):
        protocol.unpack(deep, [])
    with pytest.raises(FrameError):
        protocol.unpack({"list": [{"list": [0] * 1000}] * 1000}, [])


def test_flipped_bytes_end_in_a_frame_or_in_a_frame_error():
    tree, arrays = protocol.pack({"a": [1, 2.5, (None, "x")], "b": np.arange(4.0)})
    data = sent({"value": tree}, arrays)
    rng = np.random.default_rng(0)
    outcomes = {"frame": 0, "refused": 0}
    for _ in range(3000):
        bad = bytearray(data)
        for at in rng.integers(len(data), size=rng.integers(1, 4)):
            bad[at] = rng.integers(256)
        try:
            header, arrays = received(bytes(bad))
            protocol.unpack(header.get("value"), arrays)
            outcomes["frame"] += 1
        except FrameError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 100  # both outcomes occurred, and no other
