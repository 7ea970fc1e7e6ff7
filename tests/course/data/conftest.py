"""A small downloadable set of our own, with its card, and a server on this machine: no test leaves it."""

import functools
import http.server
import threading

import numpy as np
import pytest

from course.data import cards
from course.data.verify import digest


def pytest_collection_modifyitems(items):
    """Nothing of the data layer depends on the backend."""
    for item in items:
        if item.path.parent.name == "data":
            item.add_marker("backend_independent")


CARD = """
name = "{name}"
title = "Tiny"
what = "Six images of 2 × 3 pixels."
source = "the tests"
url = "none"
licence = "MIT"
kind = "upstream"
task = "images"
classes = 2
class_names = ["a", "b"]
splits = {{ train = 4, test = 2 }}
file = "{name}.npz"
stand_in = "digits"
"""


def tiny_arrays():
    """Deterministic content, in which no two pixels of an image are equal."""
    x = (np.arange(36) * 7).astype("uint8").reshape(6, 2, 3)
    y = np.array([0, 1, 0, 1, 0, 1], "uint8")
    return {"x_train": x[:4], "y_train": y[:4], "x_test": x[4:], "y_test": y[4:]}


def card_text(arrays, name="tiny", **changes):
    """The text of a card that describes the arrays; ``changes`` alter entries, or drop them with None."""
    text = CARD.format(name=name)
    for key, array in arrays.items():
        entry = {
            "axes": ["batch", "height", "width"][: array.ndim],
            "dtype": str(array.dtype),
            "shape": list(array.shape),
            "unit": "none",
            "range": [0, 255],
            "bytes": array.nbytes,
            "sha256": digest(array),
            **changes.get(key, {}),
        }
        text += f"\n[arrays.{key}]\n" + "".join(f"{k} = {v!r}\n" for k, v in entry.items() if v is not None)
    return text


@pytest.fixture
def tiny():
    """The arrays of the set ``tiny``."""
    return tiny_arrays()


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """An empty cache, no mirror, no proxy: nothing of this machine's user is read or written."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_MIRROR", raising=False)
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)


@pytest.fixture
def datasets(tmp_path, monkeypatch, tiny):
    """A folder of cards with ``tiny`` in it, in the place of the course's own."""
    folder = tmp_path / "datasets"
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny" / "card.toml").write_text(card_text(tiny), encoding="utf-8")
    monkeypatch.setattr(cards, "folder", lambda: folder)
    return folder


@pytest.fixture
def mirror(tmp_path, monkeypatch, datasets, tiny):
    """A folder that is the mirror and holds ``tiny``."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    np.savez(folder / "tiny.npz", **tiny)
    monkeypatch.setenv("COURSE_MIRROR", str(folder))
    return folder


@pytest.fixture
def cached(tmp_path, datasets, tiny):
    """The cache's file of ``tiny``."""
    path = tmp_path / "cache" / "tiny.npz"
    path.parent.mkdir()
    np.savez(path, **tiny)
    return path


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; ``/cut/`` promises more than it sends, ``/endless/`` goes on, ``/broken/`` fails."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/broken/"):
            self.send_error(503, "down for repairs")
        elif self.path.startswith("/cut/"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"PK")
        elif self.path.startswith("/endless/"):
            self.send_response(200)
            self.end_headers()
            self._endless()
        else:
            super().do_GET()

    def _endless(self):
        try:
            for _ in range(1000):
                self.wfile.write(bytes(1 << 16))
        except OSError:
            self.server.hung_up.set()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """A web server for the folder ``web``; ``server.url``, ``server.folder``, ``server.asked``."""
    folder = tmp_path / "web"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
    ) as running:
        running.url, running.folder = f"http://127.0.0.1:{running.server_port}", folder
        running.asked, running.hung_up = [], threading.Event()
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()
