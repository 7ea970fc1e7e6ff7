"""Cache, mirror, source: the order, what is verified, and what is said."""

import logging
import os

import numpy as np
import pytest

import course.data
from course.data import cards


def same(d, tiny):
    assert list(d.arrays) == list(tiny)
    for name, array in tiny.items():
        np.testing.assert_array_equal(d.arrays[name], array)


def test_nothing_anywhere(datasets, tmp_path):
    with pytest.raises(course.data.DataOffline) as error:
        course.data.load("tiny")
    message = str(error.value)
    assert isinstance(error.value, course.CourseError)
    assert str(tmp_path / "cache" / "tiny.npz") in message
    assert "COURSE_MIRROR is not set" in message
    assert "it cannot be downloaded" in message
    assert "'digits'" in message
    assert course.data.where("tiny") == "missing"


def test_cache_is_first(cached, mirror, tiny):
    (mirror / "tiny.npz").write_bytes(b"never looked at")
    assert course.data.where("tiny") == "cache"
    d = course.data.load("tiny")
    assert d.source == "cache"
    same(d, tiny)


def test_mirror_fills_the_cache(mirror, tiny, tmp_path):
    assert course.data.where("tiny") == "mirror"
    d = course.data.load("tiny")
    assert d.source == f"mirror {mirror}"
    assert d.notes == ()
    same(d, tiny)
    assert os.listdir(tmp_path / "cache") == ["tiny.npz"]
    (mirror / "tiny.npz").unlink()
    assert course.data.load("tiny").source == "cache"


def test_the_cache_opens_without_pickle(mirror, tiny, tmp_path):
    course.data.load("tiny")
    with np.load(tmp_path / "cache" / "tiny.npz", allow_pickle=False) as file:
        assert sorted(file) == sorted(tiny)


def test_arrays_from_the_cache_are_the_callers(cached, tiny):
    d = course.data.load("tiny")
    d.x_train[:] = 0
    same(course.data.load("tiny"), tiny)


def test_default_cache_is_in_the_home(datasets, monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    from course.data import cache

    assert cache.path(cards.card("tiny")) == tmp_path / ".cache" / "medl-course" / "tiny.npz"


@pytest.mark.parametrize("damage", ["truncated", "other content", "a folder", "empty", "dangling link"])
def test_a_bad_cache_is_refused_by_name_and_left_alone(cached, mirror, tiny, damage):
    if damage == "truncated":
        cached.write_bytes(cached.read_bytes()[:-100])
    elif damage == "other content":
        np.savez(cached, **{**tiny, "y_train": tiny["y_train"][::-1].copy()})
    elif damage == "empty":
        cached.write_bytes(b"")
    else:
        cached.unlink()
        cached.mkdir() if damage == "a folder" else cached.symlink_to("nowhere")
    before = cached.read_bytes() if cached.is_file() else None
    with pytest.raises(course.data.DataRefused) as error:
        course.data.load("tiny")
    assert str(cached) in str(error.value)
    assert "was not changed" in str(error.value)
    assert "course.data.load('tiny', refresh=True)" in str(error.value)
    if before is not None:
        assert cached.read_bytes() == before


def test_refresh_passes_over_the_cache_and_mends_it(cached, mirror, tiny):
    cached.write_bytes(b"broken")
    d = course.data.load("tiny", refresh=True)
    assert d.source == f"mirror {mirror}"
    assert course.data.load("tiny").source == "cache"
    same(course.data.load("tiny"), tiny)


def test_refresh_without_a_place_leaves_the_cache(cached, tiny):
    with pytest.raises(course.data.DataOffline):
        course.data.load("tiny", refresh=True)
    same(course.data.load("tiny"), tiny)


def test_a_bad_mirror_is_refused_and_not_cached(mirror, tmp_path):
    bad = mirror / "tiny.npz"
    bad.write_bytes(b"not an archive")
    with pytest.raises(course.data.DataRefused) as error:
        course.data.load("tiny")
    assert str(bad) in str(error.value)
    assert "maintains the mirror" in str(error.value)
    assert bad.read_bytes() == b"not an archive"
    assert not (tmp_path / "cache").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_the_mirror_does_not_hang(mirror):
    (mirror / "tiny.npz").unlink()
    os.mkfifo(mirror / "tiny.npz")
    with pytest.raises(course.data.DataRefused, match="no regular file"):
        course.data.load("tiny")


def test_a_cache_that_cannot_be_written_is_noted(mirror, tiny, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file" / "cache"))
    with caplog.at_level(logging.WARNING, logger="course.data.store"):
        d = course.data.load("tiny")
    same(d, tiny)
    assert d.notes[0].startswith("not cached: ")
    assert "note: not cached" in repr(d)
    assert "tiny: not cached" in caplog.text


def test_without_hashes_the_other_checks_hold(mirror, datasets, tiny):
    from tests.course.data.conftest import card_text

    loose = {"sha256": "", "verified_by": "shape and more"}
    total = int(tiny["x_train"].sum())
    text = card_text(
        tiny, x_train={**loose, "total": total}, y_train={**loose, "range": [0, 1], "counts": [2, 2]}
    )
    (datasets / "tiny" / "card.toml").write_text(text, encoding="utf-8")
    same(course.data.load("tiny", refresh=True), tiny)
    for name, value, message in [
        ("x_train", tiny["x_train"] + np.uint8(1), "x_train sums to"),
        ("y_train", np.array([0, 1, 1, 1], "uint8"), "labels in y_train are not as frequent"),
        ("y_train", np.array([0, 0, 1, 2], "uint8"), r"y_train lies in \[0, 2\]"),
    ]:
        np.savez(mirror / "tiny.npz", **{**tiny, name: value})
        with pytest.raises(course.data.DataRefused, match=message):
            course.data.load("tiny", refresh=True)


def test_no_set_is_substituted(tmp_path):
    with pytest.raises(course.data.DataOffline, match="fashion_mnist is not available"):
        _offline_load("fashion_mnist")


def _offline_load(name):
    import unittest.mock

    from course.data import transfer

    with unittest.mock.patch.object(
        transfer, "download", side_effect=transfer.Unreachable("no network in tests")
    ):
        return course.data.load(name)
