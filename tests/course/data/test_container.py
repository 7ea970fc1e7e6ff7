"""What a hostile or broken file may try, and that it gets nowhere."""

import io
import os
import pickle
import struct
import time
import zipfile

import numpy as np
import pytest

from course.data import cards, container
from course.data.errors import DataRefused
from course.data.verify import Place

PLACE = Place("the file F", "Do this.")


def npy(array, **changes):
    """The bytes of a .npy file; ``changes`` alter its header."""
    header = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape, **changes}
    text = repr(header).encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + array.tobytes()


def packed(members, **options):
    """A zip file with these members: a list of (name, bytes)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream


def whole(arrays, **changes):
    """The members of a good file, some replaced: ``x_train=b"…"``."""
    return [(f"{name}.npy", changes.get(name, npy(array))) for name, array in arrays.items()]


def read(stream, card):
    return container.read(stream, card, PLACE)


@pytest.fixture
def card(datasets):
    return cards.card("tiny")


def refuses(stream, card, message):
    with pytest.raises(DataRefused, match=message) as error:
        read(stream, card)
    message = str(error.value)
    assert message.startswith("tiny: the file F was refused: ")
    assert message.endswith(". Do this.")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_any_container_of_the_same_content_is_good(card, tiny, save):
    stream = io.BytesIO()
    save(stream, **dict(reversed(tiny.items())))
    arrays = read(stream, card)
    assert list(arrays) == list(tiny)
    for name, array in tiny.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
        assert arrays[name].flags.writeable
        assert arrays[name].flags.c_contiguous


def test_fortran_order_and_old_headers_are_the_same_content(card, tiny):
    stream = io.BytesIO()
    np.savez(stream, **{name: np.asfortranarray(array) for name, array in tiny.items()})
    arrays = read(stream, card)
    for name in tiny:
        np.testing.assert_array_equal(arrays[name], tiny[name])
    old = npy(tiny["y_test"]).replace(b"(2,)", b"(2L,)")[:-2]
    old = old[:8] + struct.pack("<H", len(old) - 10) + old[10:] + tiny["y_test"].tobytes()
    np.testing.assert_array_equal(read(packed(whole(tiny, y_test=old)), card)["y_test"], tiny["y_test"])


def test_one_changed_bit_is_refused(card, tiny):
    tiny["x_test"][1, 1, 2] ^= 1
    stream = io.BytesIO()
    np.savez(stream, **tiny)
    refuses(stream, card, "x_test has SHA-256 [0-9a-f]{64}, the card says [0-9a-f]{64}")


def test_every_truncation_is_refused(card, tiny):
    stream = io.BytesIO()
    np.savez(stream, **tiny)
    content = stream.getvalue()
    for length in [0, 1, 21, 22, *range(30, len(content), 97), len(content) - 1]:
        refuses(io.BytesIO(content[:length]), card, "no whole .npz|directory")


def test_every_flipped_byte_is_refused_or_harmless(card, tiny):
    stream = io.BytesIO()
    np.savez_compressed(stream, **tiny)
    content = stream.getvalue()
    refusals = 0
    for at in range(0, len(content), 3):
        bad = bytearray(content)
        bad[at] ^= 0xFF
        try:
            arrays = read(io.BytesIO(bad), card)
        except DataRefused:
            refusals += 1
        else:  # a time stamp or the like: the content is the content
            for name in tiny:
                np.testing.assert_array_equal(arrays[name], tiny[name])
    assert refusals > len(content) / 6


class Trap:
    """Unpickling it would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_pickles_are_never_opened(card, tiny, tmp_path):
    trap = tmp_path / "sprung"
    stream = io.BytesIO()
    np.savez(stream, **{**tiny, "y_test": np.array([Trap(str(trap)), None], dtype=object)})
    refuses(stream, card, "y_test holds pickled Python objects")
    refuses(packed(whole(tiny, y_test=pickle.dumps(Trap(str(trap))))), card, "no whole .npz")
    assert not trap.exists()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("evil.npy", "unexpected member 'evil.npy'"),
        ("x_train", "unexpected member 'x_train'"),
        ("../x_train.npy", "unexpected member '../x_train.npy'"),
        ("/etc/passwd", "unexpected member"),
        ("x_train.npy.npy", "unexpected member"),
        ("X_TRAIN.npy", "unexpected member"),
    ],
)
def test_unexpected_members(card, tiny, extra, message):
    refuses(packed([*whole(tiny), (extra, b"")]), card, message)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_member_twice(card, tiny):
    refuses(packed([*whole(tiny), ("y_test.npy", npy(tiny["y_test"]))]), card, "two members 'y_test.npy'")


def test_a_missing_member(card, tiny):
    refuses(packed(whole(tiny)[:-1]), card, "it lacks y_test")
    refuses(packed([]), card, "it lacks x_train, y_train, x_test, y_test")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": (3, 2, 2)}, r"x_test has shape \(3, 2, 2\), the card says \(2, 2, 3\)"),
        ({"shape": (12,)}, "x_test has shape"),
        ({"shape": (2, 2, 3, 1)}, "x_test has shape"),
        ({"shape": (10**12, 2, 3)}, "x_test has shape"),
        ({"shape": (-2, 2, 3)}, "x_test has shape"),
        ({"descr": "|i1"}, "x_test is int8, the card says uint8"),
        ({"descr": "<u2"}, "x_test is uint16"),
        ({"descr": "|O"}, "pickled Python objects"),
        ({"descr": [("a", "|u1"), ("b", "|O")]}, "pickled Python objects"),
        ({"descr": "nonsense"}, "no whole .npz"),
        ({"shape": "(2, 2, 3)"}, "no whole .npz"),
        ({"more": 1}, "no whole .npz"),
    ],
)
def test_lying_headers(card, tiny, change, message):
    refuses(packed(whole(tiny, x_test=npy(tiny["x_test"], **change))), card, message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no whole .npz"),
        (b"\x93NUMPY\x01\x00\xff\xff", "no whole .npz"),
        (b"\x93NUMPY\x07\x00" + bytes(100), r"unknown version \(7, 0\)"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(100), "no whole .npz"),
        (b"\x93NUMPY\x01\x00\x10\x00__import__('os')", "no whole .npz"),
        (b"\x93NUMPY\x01\x00\xe8\x07" + b"(" * 2024, "no whole .npz"),
    ],
)
def test_broken_headers(card, tiny, content, message):
    refuses(packed(whole(tiny, x_test=content)), card, message)


def test_content_longer_or_shorter_than_its_header_says(card, tiny):
    good = npy(tiny["x_test"])
    refuses(packed(whole(tiny, x_test=good + b"!")), card, r"x_test.npy has 13 bytes of content or more.*12")
    refuses(packed(whole(tiny, x_test=good[:-1])), card, "x_test.npy has 11 bytes")


def test_a_bomb_is_not_unpacked(card, tiny):
    bomb = packed(whole(tiny, x_test=bytes(60_000_000)), compression=zipfile.ZIP_DEFLATED)
    start = time.process_time()
    refuses(bomb, card, "x_test.npy unpacks to 60000000 bytes, its array has 12")
    assert len(bomb.getvalue()) > 1000
    assert time.process_time() - start < 5


def test_a_bomb_that_lies_about_its_size(card, tiny):
    good = npy(tiny["x_test"])
    stream = packed(whole(tiny, x_test=good + bytes(100_000)), compression=zipfile.ZIP_DEFLATED)
    true, lie = struct.pack("<I", len(good) + 100_000), struct.pack("<I", len(good))
    content = stream.getvalue()
    assert content.count(true) == 2  # in the member's own header and in the directory
    refuses(io.BytesIO(content.replace(true, lie)), card, "no whole .npz file .*CRC")


def test_a_file_larger_than_its_content_can_be(card, tiny):
    stream = io.BytesIO()
    np.savez(stream, **tiny)
    size = container.limit(card) + 1
    stream.seek(0, os.SEEK_END)
    stream.write(bytes(size - stream.tell()))
    refuses(stream, card, f"it has {size} bytes, but the card's arrays fill only 42")


def test_a_bomb_of_names(card, tiny):
    refuses(packed([*whole(tiny), *((f"{i:0100}", b"") for i in range(600))]), card, "bytes|directory is far")
    content = bytearray(packed(whole(tiny)).getvalue())
    content[-10:-6] = struct.pack("<I", 10**9)
    refuses(io.BytesIO(content), card, "directory is far too long")
    longest = b"PK\x06\x07" + bytes(16) + content[-22:]
    refuses(io.BytesIO(bytes(content[:-22]) + longest), card, "directory is far too long")


def test_a_comment_or_a_tail_is_refused(card, tiny):
    content = packed(whole(tiny)).getvalue()
    refuses(io.BytesIO(content + b"tail"), card, "its end is missing")
    refuses(io.BytesIO(content[:-2] + b"\x04\x00tail"), card, "its end is missing")


def test_unusual_packing(card, tiny):
    refuses(packed(whole(tiny), compression=zipfile.ZIP_BZIP2), card, "packed in an unusual way")
    content = bytearray(packed(whole(tiny)).getvalue())
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1  # the flag "encrypted"
    refuses(io.BytesIO(content), card, "encrypted")


def test_write_then_read(card, tiny, tmp_path):
    path = tmp_path / "deep" / "tiny.npz"
    for compressed in (False, True):
        container.write(path, tiny, compressed)
        with path.open("rb") as stream:
            arrays = read(stream, card)
        np.testing.assert_array_equal(arrays["x_train"], tiny["x_train"])
        assert os.listdir(path.parent) == ["tiny.npz"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_file_gets_its_name_only_when_it_is_on_the_disk(tiny, tmp_path, monkeypatch):
    events, replace = [], os.replace
    monkeypatch.setattr(os, "fsync", lambda number: events.append("on the disk"))
    monkeypatch.setattr(os, "replace", lambda part, path: (events.append("named"), replace(part, path)))
    container.write(tmp_path / "tiny.npz", tiny)
    assert events == ["on the disk", "named"]


def test_a_failed_write_leaves_the_old_file_and_no_litter(tiny, tmp_path, monkeypatch):
    path = tmp_path / "tiny.npz"
    path.write_bytes(b"old")

    def full(stream, **_):
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        container.write(path, tiny)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["tiny.npz"]
