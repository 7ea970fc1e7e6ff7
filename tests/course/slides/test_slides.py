"""Decks are cut, rendered and built; references lead somewhere; nothing is loaded from elsewhere."""

import json
import re
from pathlib import Path

import pytest

from course import catalog, slides
from course.errors import CourseError
from course.experiments import recorded
from course.slides import code
from course.slides import figures as slides_figures
from tests.course.slides import decks
from tests.course.slides.decks import needs_extra

pytestmark = pytest.mark.backend_independent
PATH = Path("u01_mini.md")


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))
    return decks.write(tmp_path / "home")


def drawn(runs, run="20260101-000000-torch", unit="u01", experiment="pictures", status="ok", svg=100):
    """Write what a run leaves, and return its folder."""
    folder = runs / run / unit / experiment
    folder.mkdir(parents=True)
    (folder / "curve.png").write_bytes(b"png of " + run.encode())
    (folder / "curve.svg").write_bytes(b" " * svg)
    (folder / "wave.png").write_bytes(b"png")
    (folder / "wave.gif").write_bytes(b"gif")
    figures = [
        {"name": "curve", "png": "curve.png", "svg": "curve.svg", "inches": [8.0, 4.0], "text": 11.0},
        {
            "name": "wave",
            "png": "wave.png",
            "gif": "wave.gif",
            "inches": [2.0, 1.0],
            "text": None,
            "alt": "y > 0.",
        },
    ]
    content = {"unit": unit, "experiment": experiment, "status": status, "figures": figures}
    (folder / "result.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def deck():
    return slides.load(catalog.load().units[0])


def rendered(text, figures=None, root=None):
    from course.slides.html import Renderer

    ((slide,),) = slides.cut(f"## T\n\n{text}\n", PATH)
    renderer = Renderer(figures or {}, root)
    return renderer.slide(slide)[1], renderer


# -- cutting


def test_topics_slides_notes_and_lines():
    topics = slides.cut("# A\n\nNote: n\nm\n\n---\n\n## B\n\n--\n## C\ntext\n", PATH)
    assert [[s.title for s in topic] for topic in topics] == [["A"], ["B", "C"]]
    assert (topics[0][0].note, topics[0][0].text) == ("n\nm", "# A")
    assert [s.line for topic in topics for s in topic] == [1, 8, 11]


def test_a_note_begins_with_the_minutes_of_its_slide():
    notes = ["Note: Minutes: 3. Ask first.", "Note: Minutes: 12.", "Note: Ask. Minutes: 3.", ""]
    shown = slides.cut("\n--\n".join(f"## A\n\n{note}" for note in notes), PATH)[0]
    assert [slide.minutes for slide in shown] == [3, 12, None, None]
    assert [slide.note for slide in shown] == ["Ask first.", "", "Ask. Minutes: 3.", ""]


def test_dashes_and_notes_inside_code_belong_to_the_code():
    ((slide,),) = slides.cut("## A\n\n```python\n---\nNote: x\n--\n```\nend", PATH)
    assert slide.text.endswith("Note: x\n--\n```\nend")
    assert slide.note == ""


def test_a_slide_without_a_heading_is_named_by_its_line():
    with pytest.raises(CourseError, match=r"slides/u01_mini.md, line 5: a slide begins with a heading"):
        slides.cut("## A\n\n--\n\nno heading\n", PATH)


def test_a_unit_without_a_deck(home):
    (home / "slides" / "u01_mini.md").unlink()
    with pytest.raises(CourseError, match=r"u01 has no deck: write slides/u01_mini\.md"):
        deck()


# -- source


def test_a_reference_finds_the_function_with_its_decorators(home):
    source = code.find("units/u01_mini/math_things.py#double")
    assert source.text.startswith("@_decorate\ndef double")
    assert source.text.endswith("return 2 * x\n")
    assert (source.first, source.last) == (8, 11)
    assert code.find("units/u01_mini/math_things.py#inner").text.startswith("def inner(self):\n    return")
    whole = code.find("units/u01_mini/math_things.py")
    assert whole.text == decks.SOURCE
    assert whole.id != source.id


@pytest.mark.parametrize(
    "reference", ["units/none.py", "units/u01_mini/math_things.py#none", "../x.py", "/x.py"]
)
def test_a_reference_that_leads_nowhere(home, reference):
    with pytest.raises(code.ReferenceProblem, match=re.escape(reference)):
        code.find(reference)


# -- figures


def test_the_newest_figure_that_a_run_has_drawn(tmp_path):
    import os

    old, new = drawn(tmp_path, "a"), drawn(tmp_path, "b")
    os.utime(old / "result.json", (1, 1))
    bad = drawn(tmp_path, "c", status="error")
    (tmp_path / "d" / "u01" / "x").mkdir(parents=True)
    (tmp_path / "d" / "u01" / "x" / "result.json").write_text("{", encoding="utf-8")
    found = slides_figures.drawn(tmp_path)
    assert set(found) == {("u01/pictures", "curve"), ("u01/pictures", "wave")}
    assert found["u01/pictures", "curve"].path == new / "curve.svg"
    assert found["u01/pictures", "curve"].aspect == 2
    assert found["u01/pictures", "wave"].path == new / "wave.gif"
    assert [found["u01/pictures", name].text for name in ("curve", "wave")] == [11, None]
    assert bad.exists()


def test_a_huge_drawing_is_shown_as_png(tmp_path):
    folder = drawn(tmp_path, svg=recorded.LARGEST_SVG + 1)
    assert slides_figures.drawn(tmp_path)["u01/pictures", "curve"].path == folder / "curve.png"


# -- Markdown


@needs_extra
def test_mathematics_is_not_markdown():
    body, _ = rendered(r"$x_1 * y_2$ and $z_3 * w_4$; `$5` stays, 3 \$ too")
    assert body.count("<math") == 2
    assert "<em>" not in body
    assert "<code>$5</code>" in body
    assert "3 $ too" in body


@needs_extra
def test_mathematics_in_tables_and_on_lines_of_its_own():
    body, _ = rendered(
        "| a | b |\n| --- | --- |\n| $\\lvert x_1 \\rvert$ | $y_1$ |\n\n$$\na_1\n= b\n$$\n\nso $$c$$ too"
    )
    assert body.count("<td>") == 2
    assert body.count('display="inline"') == 2
    assert body.count('display="block"') == 2


@needs_extra
def test_what_looks_like_html_is_text():
    body, _ = rendered('<script>alert(1)</script> & "x" `<b>`\n\n```python\na = "<i>"\n```')
    assert "<script>" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in body
    assert "<code>&lt;b&gt;</code>" in body
    assert "<i>" not in body


@needs_extra
def test_references_become_a_row_and_other_code_stays(home):
    body, renderer = rendered(
        "`code:units/u01_mini/math_things.py#double` · `course run u01/pictures` · exercise ex01\n\n"
        "as `tanh` and `course list` say"
    )
    assert body.count('<p class="chips">') == 1
    assert '<span class="chip exercise">exercise ex01</span>' in body
    assert "·" not in body
    assert "<code>tanh</code>" in body
    (source,) = renderer.sources.values()
    assert f'data-opens="{source.id}"' in body


@needs_extra
@pytest.mark.parametrize("divided", ["exercise ex01 · exercise ex02", "exercises ex01, ex02"])
def test_each_exercise_of_a_row_becomes_a_chip(home, divided):
    body, _ = rendered(f"`course run u01/pictures` · {divided}")
    assert body.count('<p class="chips">') == 1
    assert body.count('<span class="chip exercise">') == 2
    assert "·" not in body


@needs_extra
def test_neighbouring_figures_share_a_row_and_keep_their_words(tmp_path):
    drawn(tmp_path)
    figures = slides_figures.drawn(tmp_path)
    body, renderer = rendered(
        '![A "curve" & more](figure:u01/pictures/curve)\n\n![B](figure:u01/pictures/wave)\n\n'
        "text\n\n![C](figure:u01/other/none)",
        figures,
    )
    assert body.count('<div class="figures" style="min-height: 230px">') == 2
    assert 'alt="A &quot;curve&quot; &amp; more"' in body
    assert (
        'src="figures/u01/pictures/wave.gif" alt="B. y &gt; 0." data-still="figures/u01/pictures/wave.png"'
        in body
    )
    assert "<code>course run u01/other</code> draws this</p><p>C</p>" in body
    assert renderer.missing == [("u01/other", "none")]


@needs_extra
@pytest.mark.parametrize(("svg", "inches", "beside"), [(1, [6.0, 5.0], True), (1, [12.0, 4.0], False)])
def test_text_stands_beside_a_figure_that_is_not_wide(tmp_path, svg, inches, beside):
    folder = drawn(tmp_path, svg=svg)
    content = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    content["figures"][0]["inches"] = inches
    (folder / "result.json").write_text(json.dumps(content), encoding="utf-8")
    long = r"$$C(\lambda x + (1-\lambda) y) \le \lambda C(x) + (1-\lambda) C(y), \qquad 0 \le \lambda \le 1$$"
    text = f"{long}\n\n{'words ' * 30}\n\n![A](figure:u01/pictures/curve)"
    body, _ = rendered(text, slides_figures.drawn(tmp_path))
    assert ('<div class="side"><div class="text"><p>words' in body) == beside
    assert body.startswith('<div class="formula">')


@needs_extra
def test_punctuation_stays_with_its_formula():
    body, _ = rendered("Take $x$, then $y$ and stop.")
    assert "</math>,</span> then <math" in body


@needs_extra
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text\n\n`code:units/none.py#x`", "line 5 (“T”): code:units/none.py#x: there is no file"),
        (
            "![](figure:u01/pictures/curve)",
            "line 3 (“T”): figure:u01/pictures/curve needs a text in its brackets",
        ),
        ("![a](images/x.png)", "line 3 (“T”): images/x.png is no figure:"),
        (
            "one\n\n$$\\frac{\\nonsense}{2}$$",
            r"line 5 (“T”): the formula $$\frac{\nonsense}{2}$$ has \nonsense",
        ),
    ],
)
def test_a_mistake_in_a_deck_is_named_with_its_line(tmp_path, home, text, message):
    path = tmp_path / "u01_mini.md"
    path.write_text(f"## T\n\n{text}\n", encoding="utf-8")
    ((slide,),) = slides.cut(path.read_text(encoding="utf-8"), path)
    from course.slides.html import Renderer

    with pytest.raises(CourseError, match=re.escape(f"slides/u01_mini.md, {message}")):
        Renderer({}).slide(slide)


# -- pages


def build(home, tmp_path):
    from course.slides import page as slides_page

    out = slides_page.folder(tmp_path / "out")
    slides_page.assets(out)
    page, renderer = slides_page.build(deck(), out, slides_figures.drawn())
    slides_page.index(catalog.load().units, out)
    return out, page, renderer


@needs_extra
def test_a_page_has_slides_notes_sources_and_its_figures(home, tmp_path):
    drawn(tmp_path / "runs")
    out, page, renderer = build(home, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.count(' data-line="') == 3
    assert text.count("<section") == 4  # one of them holds two below one another
    assert text.count('<aside class="notes">') == 2
    assert "<p><strong>Ask</strong> for <math" in text
    assert text.count("data-timing=") == 1
    assert 'data-timing="240"' in text
    assert "<b>Minutes 0 to 4 of 4</b>" in text
    assert text.count("<dialog") == 2
    assert "units/u01_mini/math_things.py, lines 8 to 11" in text
    assert "Unit 1 · A &lt;b&gt;mini&lt;/b&gt; unit" in text
    assert (out / "figures/u01/pictures/curve.svg").is_file()
    assert not renderer.missing
    index = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="u01.html"' in index
    assert "3 slides" in index


@needs_extra
def test_every_address_is_local_and_there(home, tmp_path):
    drawn(tmp_path / "runs")
    out, _, _ = build(home, tmp_path)
    for page in out.glob("*.html"):
        for target in re.findall(r'(?:src|href|data-still)="([^"#]+)"', page.read_text(encoding="utf-8")):
            assert (out / target).is_file(), target
    for style in out.glob("assets/*.css"):
        targets = re.findall(r"url\(\s*['\"]?([^'\")\s]{0,40})", style.read_text(encoding="utf-8"))
        assert all(target.startswith("data:") for target in targets), style
        assert "@import" not in style.read_text(encoding="utf-8")
    assert "data:font/woff" in (out / "assets/fonts.css").read_text(encoding="ascii")


@needs_extra
def test_the_colours_are_those_of_the_figures(home, tmp_path):
    from course.figures import COLOURS

    out, _, _ = build(home, tmp_path)
    style = (out / "assets/slides.css").read_text(encoding="utf-8")
    assert all(f"--{name}: {value};" in style for name, value in COLOURS.items())
    used = set(re.findall(r"var\(--(\w+)\)", style))
    assert used <= set(re.findall(r"--(\w+):", style))


@needs_extra
def test_somebody_elses_page_is_left_alone(tmp_path):
    from course.slides import page as slides_page

    (tmp_path / "index.html").write_text("<html>mine</html>", encoding="utf-8")
    with pytest.raises(CourseError, match=r"is not a page of `course slides`"):
        slides_page.folder(tmp_path)


@needs_extra
def test_the_decks_of_all_units_build():
    from course.slides.html import Renderer

    course = catalog.load()
    names = {experiment.name for experiment in course.experiments}
    for unit in course.units:
        renderer = Renderer({}, experiments=names)
        for slide in slides.load(unit).slides:
            head, body, note = renderer.slide(slide)
            outside = re.sub(r"<code.*?</code>|<pre.*?</pre>", "", head + body + note, flags=re.DOTALL)
            assert "\\" not in outside, slide.title
            assert "$" not in outside, slide.title
        assert renderer.sources
        assert renderer.missing
