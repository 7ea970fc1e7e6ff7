"""Many processes load the same set at once while the cache is still empty."""

import subprocess
import sys

import numpy as np

import course.data

LOADER = """
import hashlib, sys
import course.data
d = course.data.load("tiny", refresh=True)
for _ in range(30):
    d = course.data.load("tiny", refresh=_ % 2 == 0)
print(hashlib.sha256(d.x_train.tobytes()).hexdigest())
"""


def test_the_cache_is_whole_at_every_moment(mirror, tiny, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "datasets").rename(home / "datasets")
    monkeypatch.setenv("COURSE_HOME", str(home))
    children = [
        subprocess.Popen(
            [sys.executable, "-c", LOADER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outputs = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], outputs
    assert len({out for out, _ in outputs}) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["tiny.npz"]
    monkeypatch.setattr(course.data.cards, "folder", lambda: home / "datasets")
    d = course.data.load("tiny")
    assert d.source == "cache"
    np.testing.assert_array_equal(d.x_train, tiny["x_train"])
