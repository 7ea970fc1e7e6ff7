"""The sets of photographed faces: what is read is what scikit-learn reads. Nothing is fetched."""

import hashlib
import inspect
import io
import tarfile

import numpy as np
import pytest
from PIL import Image
from sklearn import datasets as sklearn_datasets

import course.data
from course.data import photographs

CARD = """
name = "{name}"
title = "Tiny faces"
what = "Some small faces."
source = "the tests"
url = "none"
licence = "MIT"
kind = "upstream"
task = "images"
classes = {classes}
file = "{name}.npz"
stand_in = "faces"
upstream = {{ base = "{base}", form = "{name}" }}
files."archive" = {{ sha256 = "{sha256}", most_bytes = {most_bytes} }}

[arrays.x]
axes = ["batch", "height", "width"]
dtype = "uint8"
shape = {shape}
unit = "grey level"
range = [0, 255]
bytes = {bytes}
sha256 = ""
verified_by = "shape and range"

[arrays.y]
axes = ["batch"]
dtype = "{labels}"
shape = [{number}]
unit = "number of the person"
bytes = {bytes_of_labels}
sha256 = ""
verified_by = "shape"
"""


@pytest.fixture
def describe(server, datasets):
    """Put an archive on the server of this machine, and a card that names it among the cards."""

    def write(name, content, shape, classes, labels, **changes):
        (server.folder / "archive").write_bytes(content)
        entries = {
            "name": name,
            "base": f"{server.url}/",
            "sha256": hashlib.sha256(content).hexdigest(),
            "most_bytes": len(content),
            "shape": list(shape),
            "bytes": int(np.prod(shape)),
            "classes": classes,
            "labels": labels,
            "number": shape[0],
            "bytes_of_labels": shape[0] * np.dtype(labels).itemsize,
        }
        folder = datasets / name
        folder.mkdir()
        (folder / "card.toml").write_text(CARD.format(**entries | changes), encoding="utf-8")

    return write


def matlab_file(faces, name="faces"):
    from scipy.io import savemat

    file = io.BytesIO()
    savemat(file, {name: faces}, do_compression=True)
    return file.getvalue()


def columns(n=6, side=64, seed=0):
    """Images as the columns of a matrix, in MATLAB's order of pixels."""
    faces = np.random.default_rng(seed).integers(3, 200, size=(n, side, side))
    faces[0, 0, 0], faces[0, 0, 1] = 0, 242
    return faces.astype("uint8"), faces.transpose(0, 2, 1).reshape(n, -1).T.astype("float64")


def test_olivetti_is_what_scikit_learn_reads(describe, tmp_path):
    import joblib

    images, stored = columns(n=400)
    describe("olivetti", matlab_file(stored), (400, 64, 64), 40, "uint8")
    d = course.data.load("olivetti")
    assert d.source == "upstream"
    np.testing.assert_array_equal(d.x, images)
    assert d.images().shape == (400, 64, 64, 1)
    joblib.dump(stored.T.copy(), tmp_path / "olivetti_py3.pkz")
    theirs = sklearn_datasets.fetch_olivetti_faces(data_home=tmp_path, download_if_missing=False)
    np.testing.assert_allclose(d.x, 242 * theirs.images, atol=1e-3)
    np.testing.assert_array_equal(d.labels(), theirs.target)
    assert course.data.load("olivetti").source == "cache"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no file", "no MATLAB file with a matrix named faces"),
        (matlab_file(columns()[1], "people"), "no MATLAB file with a matrix named faces"),
        (matlab_file(columns()[1][1:]), r"shape \(4095, 6\), not \(4096, 6\)"),
        (matlab_file(columns()[1] + 0.5), "whole numbers from 0 to 255"),
        (matlab_file(columns()[1] - 1), "whole numbers from 0 to 255"),
        (matlab_file(columns()[1] + 50), "whole numbers from 0 to 255"),
    ],
    ids=["no MATLAB file", "another name", "another size", "fractions", "negative", "too large"],
)
def test_another_matlab_file_is_refused(describe, content, message):
    describe("olivetti", content, (6, 64, 64), 3, "uint8")
    with pytest.raises(course.data.DataRefused, match=message):
        course.data.load("olivetti")


PEOPLE = {"Ann_Bee": 2, "Ann": 1, "Zoe_Yew": 3}


def pictures(seed=0):
    """Path → JPEG file, in an order of its own, with a list of pairs as in the real archive."""
    rng = np.random.default_rng(seed)
    files = {"lfw_funneled/pairs_01.txt": b"no picture"}
    for person, number in reversed(PEOPLE.items()):
        for i in reversed(range(1, number + 1)):
            coarse = Image.fromarray(rng.integers(0, 256, size=(25, 25, 3)).astype("uint8"))
            file = io.BytesIO()
            coarse.resize((250, 250)).save(file, "JPEG")
            files[f"lfw_funneled/{person}/{person}_{i:04}.jpg"] = file.getvalue()
    return files


def packed(files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def test_lfw_is_what_scikit_learn_reads(describe, tmp_path):
    files = pictures()
    describe("lfw", packed(files), (6, 62, 47), 3, "int64")
    d = course.data.load("lfw")
    assert d.source == "upstream"
    np.testing.assert_array_equal(d.y, [0, 1, 1, 2, 2, 2])
    for name, content in files.items():
        path = tmp_path / "lfw_home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in ("pairsDevTrain.txt", "pairsDevTest.txt", "pairs.txt"):
        (tmp_path / "lfw_home" / name).touch()
    theirs = sklearn_datasets.fetch_lfw_people(data_home=tmp_path, download_if_missing=False)
    order = np.arange(6)
    np.random.RandomState(42).shuffle(order)
    np.testing.assert_allclose(d.x[order], 255 * theirs.images, atol=0.501)
    np.testing.assert_array_equal(d.y[order], theirs.target)
    assert list(theirs.target_names) == ["Ann", "Ann Bee", "Zoe Yew"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "no whole tar archive"),
        (packed(pictures())[:-4000], "no whole tar archive"),
        (packed({"lfw_funneled/A/A_0001.jpg": b"no picture"}), "no whole tar archive"),
        (packed({"lfw_funneled/pairs_01.txt": b""}), "no JPEG files"),
    ],
    ids=["no archive", "cut off", "no picture", "nothing in it"],
)
def test_another_archive_is_refused(describe, content, message):
    describe("lfw", content, (6, 62, 47), 3, "int64")
    with pytest.raises(course.data.DataRefused, match=message):
        course.data.load("lfw")


def test_people_are_missing(describe):
    files = dict(list(pictures().items())[:-1])
    describe("lfw", packed(files), (6, 62, 47), 3, "int64")
    with pytest.raises(
        course.data.DataRefused, match=r"x has shape \(5, 62, 47\), the card says \(6, 62, 47\)"
    ):
        course.data.load("lfw")


def test_an_archive_with_another_hash_or_longer_than_its_card_says(describe):
    _, stored = columns()
    describe("olivetti", matlab_file(stored), (6, 64, 64), 3, "uint8", sha256="0" * 64)
    with pytest.raises(course.data.DataRefused, match="SHA256 is"):
        course.data.load("olivetti")
    describe("lfw", packed(pictures()), (6, 62, 47), 3, "int64", most_bytes=100)
    with pytest.raises(course.data.DataRefused, match="at most 100 were expected"):
        course.data.load("lfw")


def test_from_a_mirror(describe, tmp_path, monkeypatch):
    describe("lfw", packed(pictures()), (6, 62, 47), 3, "int64")
    arrays = {"x": np.full((6, 62, 47), 7, "uint8"), "y": np.arange(6) // 2}
    (tmp_path / "mirror").mkdir()
    np.savez(tmp_path / "mirror" / "lfw.npz", **arrays)
    monkeypatch.setenv("COURSE_MIRROR", str(tmp_path / "mirror"))
    d = course.data.load("lfw")
    assert d.source.startswith("mirror")
    np.testing.assert_array_equal(d.x, arrays["x"])
    np.testing.assert_array_equal(d.labels(), [0, 0, 1, 1, 2, 2])


@pytest.mark.parametrize(
    ("name", "fetch"),
    [("olivetti", sklearn_datasets.fetch_olivetti_faces), ("lfw", sklearn_datasets.fetch_lfw_people)],
)
def test_place_hash_and_cut_are_those_of_scikit_learn(name, fetch):
    card = course.data.card(name)
    code = inspect.getsource(inspect.getmodule(fetch))
    ((number, file),) = card.files.items()
    assert f'"{card.upstream["base"]}{number}"' in code
    assert f'"{file["sha256"]}"' in code
    assert card.stand_in == "faces"
    if name == "lfw":
        assert inspect.signature(fetch).parameters["slice_"].default == (
            photographs.ROWS,
            photographs.COLUMNS,
        )


def test_nothing_is_fetched_without_a_network(monkeypatch):
    def offline(*_):
        raise course.data.upstream.transfer.Unreachable("offline")

    monkeypatch.setattr("course.data.transfer.download", offline)
    with pytest.raises(course.data.DataOffline, match="the set that needs neither is 'faces'"):
        course.data.load("olivetti")
