import pytest
from typer.testing import CliRunner

from course import cli
from course.slides import browser
from course.slides import page as slides_page
from tests.course.slides import decks
from tests.course.slides.decks import needs_browser, needs_extra

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def course(monkeypatch, tmp_path):
    """Return a function that types a command in a course of one unit with a deck."""
    decks.write(tmp_path / "home")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("COURSE_TRACEBACK", raising=False)
    monkeypatch.setattr("course.experiments.jobs.cores", lambda: 1)

    def type_in(*words):
        done = CliRunner().invoke(cli.app, ["slides", *(str(word) for word in words)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return type_in


@needs_extra
def test_without_running_a_figure_leaves_its_place(course, tmp_path):
    done = course("--no-run")
    assert done.exit_code == 0
    assert "u01  3 slides, 0 figures" in done.stdout
    assert "1 figure is missing: `course run u01/pictures` draws it." in done.stdout
    page = tmp_path / "runs" / "slides" / "u01.html"
    assert "<code>course run u01/pictures</code> draws this" in page.read_text(encoding="utf-8")
    assert (tmp_path / "runs" / "slides" / "index.html").is_file()


@needs_extra
def test_a_missing_figure_is_drawn(course, tmp_path):
    done = course("u01", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "1 figure of 1 experiment not drawn yet" in done.stdout
    assert "u01  3 slides, 1 figure" in done.stdout
    assert (tmp_path / "out" / "figures" / "u01" / "pictures" / "curve.svg").is_file()
    again = course("1", "--out", tmp_path / "out")
    assert again.exit_code == 0
    assert "not drawn yet" not in again.stdout


@needs_extra
def test_a_figure_that_cannot_be_drawn_is_counted(course, tmp_path):
    path = tmp_path / "home" / "slides" / "u01_mini.md"
    path.write_text("# T\n\n![a](figure:u01/raises/none)\n", encoding="utf-8")
    done = course()
    assert done.exit_code == 1
    assert "it broke" in done.stdout
    assert "1 figure is missing" in done.stdout


@needs_extra
def test_open_shows_the_page(course, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert course("u01", "--no-run", "--open").exit_code == 0
    assert opened == [(tmp_path / "runs" / "slides" / "u01.html").resolve().as_uri()]


@needs_extra
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["u09"], "There is no u09"),
        (["u01/pictures"], "u01/pictures is no unit"),
        (["check", "u09"], "There is no u09"),
    ],
)
def test_a_request_that_makes_no_sense(course, words, message):
    done = course(*words)
    assert done.exit_code == 2
    assert message in done.stderr


@needs_extra
def test_a_mistake_in_a_deck(course, tmp_path):
    path = tmp_path / "home" / "slides" / "u01_mini.md"
    path.write_text("# T\n\n![a](figure:u01/nothing/none)\n", encoding="utf-8")
    done = course("--no-run")
    assert done.exit_code == 2
    assert "slides/u01_mini.md, line 3 (“T”)" in done.stderr
    assert "there is no experiment u01/nothing" in done.stderr


def test_a_missing_extra_is_one_sentence(course, monkeypatch):
    monkeypatch.setattr(slides_page, "find_spec", lambda name: None if name == "latex2mathml" else object())
    done = course()
    assert done.exit_code == 2
    assert "Slides need latex2mathml (mathematics): pip install" in done.stderr
    assert '-e ".[slides]"' in done.stderr


@needs_extra
@pytest.mark.parametrize("words", [["--pdf"], ["check"]])
def test_without_a_browser(course, monkeypatch, words, tmp_path):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser.sys, "platform", "linux")
    done = course(*words)
    assert done.exit_code == 2
    assert "needs Chromium, Chrome or Edge" in done.stderr
    assert not (tmp_path / "runs").exists()


@needs_extra
@needs_browser
def test_what_stands_out_of_its_slide_is_told(course, tmp_path):
    assert course("check").exit_code == 0
    path = tmp_path / "home" / "slides" / "u01_mini.md"
    full = "\n".join(f"- line {i}" for i in range(40))
    wide = "```python\n" + "x" * 300 + "\n```"
    path.write_text(f"# T\n\n--\n\n## Full\n\n{full}\n\n--\n\n## Wide\n\n{wide}\n", encoding="utf-8")
    done = course("check", "all")
    assert done.exit_code == 1
    assert "line 5 (“Full”)" in done.stdout
    assert "px too high" in done.stdout
    assert "line 50 (“Wide”)" in done.stdout
    assert "px too wide" in done.stdout
    assert "2 slides to change" in done.stdout
    assert not (tmp_path / "runs").exists()


@needs_extra
@needs_browser
def test_text_of_a_figure_that_is_too_small_is_told(course, tmp_path):
    path = tmp_path / "home" / "slides" / "u01_mini.md"
    path.write_text("# T\n\n---\n\n## Wide\n\n![a](figure:u01/pictures/curve)\n", encoding="utf-8")
    decks.blank_figures(tmp_path / "runs", "u01/pictures", {"curve": (12, 4)}, text=11)
    assert course("check").exit_code == 0  # 1168 pixels for 12 inches: 14.9
    decks.blank_figures(tmp_path / "runs", "u01/pictures", {"curve": (14, 4)}, text=11)
    done = course("check")
    assert done.exit_code == 1
    assert "line 5 (“Wide”): text of 12.7 px in a figure, where 14 px can be read" in done.stdout
    decks.blank_figures(tmp_path / "runs", "u01/pictures", {"curve": (14, 4)}, text=None)
    assert course("check").exit_code == 0


@needs_extra
@needs_browser
def test_a_pdf_has_one_page_a_slide(course, tmp_path):
    done = course("u01", "--no-run", "--pdf")
    assert done.exit_code == 0
    content = (tmp_path / "runs" / "slides" / "u01.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 3
    assert b"+STIXTwoMath" in content  # formulas are letters of this font, which is inside
    assert b"/Lang (en)" in content
    assert b"/StructTreeRoot" in content  # what reads the page aloud finds its order
