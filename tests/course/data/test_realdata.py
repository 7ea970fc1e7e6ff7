"""The real MNIST, through the real path. Needs a mirror: ``COURSE_MIRROR=… pytest tests/course/data``."""

import os

import numpy as np
import pytest

import course.data

MIRROR = os.environ.get("COURSE_MIRROR", "")
pytestmark = [pytest.mark.realdata, pytest.mark.skipif(not MIRROR, reason="no mirror")]


def test_mnist_from_the_mirror_then_from_the_cache(monkeypatch):
    monkeypatch.setenv("COURSE_MIRROR", MIRROR)
    d = course.data.load("mnist")
    assert d.source == f"mirror {MIRROR}"
    assert d.images("train").shape == (60000, 28, 28, 1)
    assert d.features("test").shape == (10000, 784)
    np.testing.assert_array_equal(d.labels("train")[:10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    assert np.mean(d.x_train) / 255 == pytest.approx(0.1307, abs=1e-4)  # the figure in every tutorial
    assert np.std(d.x_train) / 255 == pytest.approx(0.3081, abs=1e-4)
    monkeypatch.delenv("COURSE_MIRROR")
    again = course.data.load("mnist")
    assert again.source == "cache"
    np.testing.assert_array_equal(again.x_test, d.x_test)


def test_a_mirror_made_of_mnist_is_a_mirror(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_MIRROR", MIRROR)
    course.data.mirror(["mnist"], tmp_path / "stick")
    monkeypatch.setenv("COURSE_MIRROR", str(tmp_path / "stick"))
    assert course.data.load("mnist", refresh=True).source == f"mirror {tmp_path / 'stick'}"


def test_cora(monkeypatch):
    monkeypatch.setenv("COURSE_MIRROR", MIRROR)
    d = course.data.load("cora")
    x, y, edges = d.features(), d.labels(), d.edges()
    assert x.shape == (2708, 1433)
    assert x.sum() == 49216
    assert x[0, [19, 81, 146]].tolist() == [1, 1, 1]
    assert np.all(edges[:, 0] < edges[:, 1])
    assert 0.80 < np.mean(y[edges[:, 0]] == y[edges[:, 1]]) < 0.82  # papers cite papers of their own field
    np.testing.assert_array_equal(np.bincount(y[d.train]), [20] * 7)
    assert len({*d.train, *d.val, *d.test}) == 140 + 500 + 1000


def test_text_files_of_the_mirror(monkeypatch):
    monkeypatch.setenv("COURSE_MIRROR", MIRROR)
    text = course.data.load("tinyshakespeare").text()
    assert len(text) == 1115394
    assert len(set(text)) == 65
    assert text.startswith("First Citizen:")
    pairs = course.data.load("eng_fra").pairs()
    assert len(pairs) == 18065
    assert pairs[1] == ("Run!", "Cours\u202f!")  # a narrow space that does not break
    d = course.data.load("imdb")
    for split in d.splits:
        assert len(d.texts(split)) == 25000
        np.testing.assert_array_equal(np.bincount(d.labels(split)), [12500, 12500])
