import gzip
import hashlib
import inspect
import io
import struct

import numpy as np
import pytest

import course.data
from course.data import idx
from tests.course.data.conftest import card_text

FILES = {
    "x_train": "train-images.gz",
    "y_train": "train-labels.gz",
    "x_test": "test-images.gz",
    "y_test": "test-labels.gz",
}


def packed(array):
    header = struct.pack(f">BBBB{array.ndim}i", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


@pytest.fixture
def source(server, datasets, tiny):
    """The web server as the source of ``tiny``: as one .npz file at /npz/, as four idx files at /idx/."""
    (server.folder / "npz").mkdir()
    (server.folder / "idx").mkdir()
    np.savez_compressed(server.folder / "npz" / "tiny.npz", **tiny)
    for name, file in FILES.items():
        (server.folder / "idx" / file).write_bytes(packed(tiny[name]))
    return server


def describe(server, datasets, tiny, form, base=None, **hashes):
    text = card_text(tiny) + f'\n[upstream]\nbase = "{base or f"{server.url}/{form}/"}"\nform = "{form}"\n'
    for name, file in {"npz": {"x": "tiny.npz"}, "idx": FILES}[form].items():
        content = (server.folder / form / file).read_bytes()
        sha256 = hashes.get(name, hashlib.sha256(content).hexdigest())
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        text += f'\n[files."{file}"]\narray = "{name}"\n'
        text += f'sha256 = "{sha256}"\n' if form == "npz" else f'md5 = "{hashes.get(name, md5)}"\n'
    (datasets / "tiny" / "card.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("form", ["npz", "idx"])
def test_download_once(source, datasets, tiny, form):
    describe(source, datasets, tiny, form)
    assert course.data.where("tiny") == "upstream (not yet downloaded)"
    d = course.data.load("tiny")
    assert d.source == "upstream"
    for name in tiny:
        np.testing.assert_array_equal(d.arrays[name], tiny[name])
        assert d.arrays[name].flags.writeable
    asked = list(source.asked)
    assert len(asked) == {"npz": 1, "idx": 4}[form]
    assert course.data.where("tiny") == "cache"
    assert course.data.load("tiny").source == "cache"
    assert source.asked == asked
    assert course.data.load("tiny", refresh=True).source == "upstream"


@pytest.mark.parametrize(("form", "name"), [("npz", "x"), ("idx", "x_test")])
def test_a_download_of_another_hash(source, datasets, tiny, form, name, tmp_path):
    describe(source, datasets, tiny, form, **{name: "0" * 32})
    with pytest.raises(course.data.DataRefused, match=r"(SHA256|MD5) is [0-9a-f]+, the card says 0{32}"):
        course.data.load("tiny")
    assert not (tmp_path / "cache").exists()


def test_right_file_but_wrong_arrays(source, datasets, tiny):
    (source.folder / "idx" / FILES["y_test"]).write_bytes(packed(1 - tiny["y_test"]))
    describe(source, datasets, tiny, "idx")
    with pytest.raises(course.data.DataRefused, match="y_test has SHA-256"):
        course.data.load("tiny")


def test_no_source_to_be_had(source, datasets, tiny):
    describe(source, datasets, tiny, "npz", base=f"{source.url}/gone/")
    with pytest.raises(course.data.DataOffline, match=r"cannot be reached \(.*no longer there"):
        course.data.load("tiny")


def test_a_silent_mirror_is_noted_and_the_source_used(source, datasets, tiny, monkeypatch):
    describe(source, datasets, tiny, "npz")
    monkeypatch.setenv("COURSE_MIRROR", f"{source.url}/broken")
    d = course.data.load("tiny")
    assert d.source == "upstream"
    assert "the mirror does not answer" in d.notes[0]


def test_a_mirror_comes_before_the_source(source, datasets, tiny, mirror):
    describe(source, datasets, tiny, "npz")
    assert course.data.load("tiny").source == f"mirror {mirror}"
    assert source.asked == []


def test_a_bad_mirror_is_not_papered_over_by_the_source(source, datasets, tiny, mirror):
    describe(source, datasets, tiny, "npz")
    (mirror / "tiny.npz").write_bytes(b"bad")
    with pytest.raises(course.data.DataRefused, match="in the mirror was refused"):
        course.data.load("tiny")
    assert source.asked == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip",
        packed(np.zeros((2, 2, 3), "uint8"))[:-9],
        packed(np.zeros((2, 3, 2), "uint8")),
        packed(np.zeros((12,), "uint8")),
        gzip.compress(struct.pack(">BBBB3i", 0, 0, 9, 3, 2, 2, 3) + bytes(12)),
        gzip.compress(struct.pack(">BBBB3i", 0, 0, 8, 3, 2, 2, 3) + bytes(11)),
        gzip.compress(struct.pack(">BBBB3i", 0, 0, 8, 3, 2, 2, 3) + bytes(50_000_000)),
    ],
    ids=("empty", "no gzip", "cut off", "another size", "flat", "another type", "too short", "too long"),
)
def test_idx_refuses(content, datasets):
    with pytest.raises(ValueError, match=r"gzip|does not hold bytes of shape"):
        idx.read(content, course.data.card("tiny").arrays["x_test"])


def test_idx_reads_what_keras_reads(tiny, datasets):
    content = packed(tiny["x_test"])
    with gzip.open(io.BytesIO(content)) as file:  # as keras.datasets.fashion_mnist does it
        expected = np.frombuffer(file.read(), np.uint8, offset=16).reshape(2, 2, 3)
    np.testing.assert_array_equal(idx.read(content, course.data.card("tiny").arrays["x_test"]), expected)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_source_is_that_of_keras(name):
    import keras

    card = course.data.card(name)
    code = inspect.getsource(getattr(keras.datasets, name).load_data)
    assert card.upstream["base"] in code
    for file, entry in card.files.items():
        assert file in code
        assert entry.get("sha256", "") in code  # Keras knows no hash of Fashion-MNIST; the card has MD5 sums
        assert entry.get("sha256") or len(entry["md5"]) == 32
