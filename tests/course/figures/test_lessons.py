"""Figures of lessons: a file and its place in a terminal, a picture with its text in a notebook."""

import re
import sys
from types import SimpleNamespace

import pytest
from matplotlib.image import imread

from course import figures
from course.errors import CourseError

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def figure():
    with figures.style():
        figure, axes = figures.subplots(1, 2, size=(4, 2), sharey=True)
        axes[0].plot([1, 2])
    return figure


def test_a_terminal_gets_a_file_and_its_place(figure, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    figures.show(figure, "u01/descent", "A line.")
    place = tmp_path / "lessons/u01/descent.png"
    assert capsys.readouterr().out == f"figure u01/descent: {place}\n"
    assert imread(place).shape[:2] == (220, 440)


def test_without_a_place_the_lesson_goes_on(figure, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "file"))
    figures.show(figure, "u01/descent", "A line.")
    assert re.fullmatch(
        r"figure u01/descent is not saved \(.+\): set COURSE_RUNS .+\n", capsys.readouterr().out
    )


def test_a_notebook_gets_a_picture_with_its_text(figure, tmp_path, monkeypatch, capsys):
    shown = []
    shell = SimpleNamespace(kernel=None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    display = SimpleNamespace(display=lambda data, raw: shown.append(data))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    figures.show(figure, "u01/descent", 'a < "b"')
    (data,) = shown
    assert data["text/plain"] == 'a < "b"'
    assert re.search(r'alt="a &lt; &quot;b&quot; [^"]+ goes from 1 to 2\." width="384"', data["text/html"])
    assert data["text/html"].startswith('<img src="data:image/png;base64,iVBORw0KGgo')
    assert not list(tmp_path.iterdir())
    assert not capsys.readouterr().out
    del shell.kernel  # IPython in a terminal
    figures.show(figure, "u01/descent", "A line.")
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("name", "text"), [("descent", "A line."), ("u1/descent", "A."), ("u01/descent", " ")]
)
def test_a_figure_has_the_name_of_its_unit_and_a_text(figure, name, text):
    with pytest.raises(CourseError):
        figures.show(figure, name, text)
