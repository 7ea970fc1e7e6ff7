import os

import numpy as np
import pytest

import course.data
from course.data import container, transfer


@pytest.fixture
def web(server, datasets, tiny, monkeypatch):
    """A mirror behind a URL."""
    np.savez(server.folder / "tiny.npz", **tiny)
    monkeypatch.setenv("COURSE_MIRROR", server.url + "/")
    return server


def test_web_mirror(web, tiny):
    assert course.data.where("tiny") == "mirror"
    assert web.asked == []  # a question (HEAD), not a download
    d = course.data.load("tiny")
    assert d.source == f"mirror {web.url}/"
    np.testing.assert_array_equal(d.x_test, tiny["x_test"])
    assert web.asked == ["/tiny.npz"]
    assert course.data.load("tiny").source == "cache"
    assert web.asked == ["/tiny.npz"]


def test_web_mirror_without_the_file(web):
    (web.folder / "tiny.npz").unlink()
    assert course.data.where("tiny") == "missing"
    with pytest.raises(course.data.DataOffline, match=r"the mirror http.* does not have it"):
        course.data.load("tiny")


def test_web_mirror_with_a_bad_file(web, tmp_path):
    (web.folder / "tiny.npz").write_bytes(b"<html>Please log in</html>")
    with pytest.raises(course.data.DataRefused, match=r"tiny.npz in the mirror was refused: it is no whole"):
        course.data.load("tiny")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/broken", "answered 503 down for repairs"),
        ("/cut", "the connection broke after 2 of 1000 bytes"),
    ],
)
def test_web_mirror_that_fails(web, monkeypatch, path, message):
    monkeypatch.setenv("COURSE_MIRROR", web.url + path)
    with pytest.raises(course.data.DataOffline, match=message):
        course.data.load("tiny")


def test_web_mirror_that_never_stops(web, monkeypatch):
    monkeypatch.setenv("COURSE_MIRROR", web.url + "/endless")
    with pytest.raises(course.data.DataRefused, match="it has more than"):
        course.data.load("tiny")
    assert web.hung_up.wait(10)  # we hung up long before its 64 MB were sent


def test_web_mirror_with_far_too_large_a_file(web, monkeypatch):
    (web.folder / "tiny.npz").write_bytes(bytes(container.limit(course.data.card("tiny")) + 1))
    with pytest.raises(course.data.DataRefused, match="were expected"):
        course.data.load("tiny")


def test_nobody_at_home(datasets, monkeypatch, server):
    monkeypatch.setenv("COURSE_MIRROR", "http://127.0.0.1:9")
    assert course.data.where("tiny") == "missing"
    with pytest.raises(course.data.DataOffline, match="the mirror does not answer"):
        course.data.load("tiny")


def test_download_names_what_is_not_there(server):
    with pytest.raises(transfer.NotThere):
        transfer.download(server.url + "/none", 10)
    with pytest.raises(transfer.Unreachable):
        transfer.download("http://[bad", 10)


def test_file_url_and_home(mirror, monkeypatch, tiny):
    for address in (mirror.as_uri(), f" {mirror} ", f"{mirror}{os.sep}"):
        monkeypatch.setenv("COURSE_MIRROR", address)
        assert course.data.where("tiny") == "mirror"
        assert course.data.load("tiny", refresh=True).source == f"mirror {address.strip()}"
        (mirror.parent / "cache" / "tiny.npz").unlink()
    monkeypatch.setenv("HOME", str(mirror.parent))
    monkeypatch.setenv("USERPROFILE", str(mirror.parent))
    monkeypatch.setenv("COURSE_MIRROR", "~/mirror")
    assert course.data.where("tiny") == "mirror"


def test_a_mirror_of_an_unknown_kind(datasets, monkeypatch):
    monkeypatch.setenv("COURSE_MIRROR", "ftp://example.org/data")
    with pytest.raises(course.data.DataError, match="must be a folder or an http, https or file URL"):
        course.data.load("tiny")


def test_making_a_mirror(mirror, tiny, tmp_path, monkeypatch):
    paths = course.data.mirror(["tiny"], tmp_path / "stick")
    assert paths == [tmp_path / "stick" / "tiny.npz"]
    monkeypatch.setenv("COURSE_MIRROR", str(tmp_path / "stick"))
    d = course.data.load("tiny", refresh=True)
    assert d.source == f"mirror {tmp_path / 'stick'}"
    np.testing.assert_array_equal(d.y_train, tiny["y_train"])
    assert course.data.mirror("tiny", tmp_path / "other")[0].exists()


def test_making_a_mirror_where_nothing_can_be_written(mirror, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(course.data.DataError, match=r"tiny.npz cannot be written: "):
        course.data.mirror(["tiny"], tmp_path / "file" / "stick")


def test_making_a_mirror_of_what_needs_none(tmp_path):
    with pytest.raises(course.data.DataError, match="iris comes with the course"):
        course.data.mirror(["iris"], tmp_path / "stick")
    assert not (tmp_path / "stick").exists()
