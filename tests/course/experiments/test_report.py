import json
from html import escape
from html.parser import HTMLParser

import pytest

from course import catalog
from course.experiments import run_experiment
from course.experiments.report import Report, write
from course.experiments.report.words import band, number
from tests.course import mini

pytestmark = pytest.mark.backend_independent

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Reads a page: its links, its text, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.ids, self.tags, self.words = [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        attrs = dict(attrs)
        self.links += [attrs[key] for key in ("src", "href") if key in attrs]
        self.ids += [attrs["id"]] if "id" in attrs else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "\n".join(self.words)


def report_of(results, **changes):
    facts = {"id": "r1", "backend": "jax", "why": "said so", "mode": "quick", "seed": 0}
    return Report(**facts, started="2030-01-02T03:04:05+00:00", results=results, **changes)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return a folder with a written page, its report and the page read."""
    root = tmp_path_factory.mktemp("course")
    toml = mini.add(mini.UNIT_TOML, "pictures")
    small = catalog.load(mini.write(root, toml, pictures=mini.PICTURES))
    out = root / "run"
    report = report_of(
        [run_experiment(e, out=out) for e in small.experiments], skipped=["u09/<x> is skipped"]
    )
    path = write(report, out)
    return out, report, path.read_text(encoding="utf-8")


def test_the_page_is_well_formed_and_asks_nothing_of_the_network(finished):
    folder, _, text = finished
    page = Page(text)
    assert "script" not in page.tags
    for address in ("http:", "https:", "url(", "@import"):
        assert address not in text
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert (folder / link).is_file(), link


def test_the_page_holds_every_number_picture_and_word(finished):
    _, report, text = finished
    page = Page(text)
    for result in report.results:
        assert result.title in page.text
        for metric, value in result.metrics.items():
            assert metric in page.text
            assert number(value) in page.text
        for figure in result.figures:
            assert f"{result.name}/{figure.get('svg', figure.get('gif'))}" in page.links
            assert escape(f"{result.title}. {figure['alt'] or figure['name']}") in text
    assert "value = 2 is outside [0.5, 1]" in page.text
    assert "150 … 150" in page.text
    assert report.sentence in page.text
    assert "u09/<x> is skipped" in page.text


def test_what_experiments_write_is_shown_as_text_not_as_html(finished):
    page = Page(finished[2])
    assert "i" not in page.tags
    assert "line" not in page.tags
    for words in ("one <line> [red]of[/red] text", "A <table>", "it broke [bold]here[/bold] <i>"):
        assert words in page.text


def test_the_json_of_the_run_holds_all_results(finished):
    folder, report, _ = finished
    content = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert content == json.loads(json.dumps(report.to_json()))
    assert [entry["experiment"] for entry in content["results"]] == ["good", "outside", "raises", "pictures"]
    assert (content["verdict"], content["backend"], content["seed"]) == ("error", "jax", 0)


def test_the_verdict_is_the_worst_status(finished):
    good, outside, raises, _ = finished[1].results
    assert report_of([good]).verdict == "ok"
    assert report_of([good, outside]).verdict == "off"
    assert report_of([good, outside, raises]).verdict == "error"
    assert report_of([good], interrupted=True).verdict == "interrupted"
    assert report_of([good, outside, raises]).failed == [outside, raises]
    assert report_of([good]).sentence.startswith("1 experiment in ")
    message = report_of([good, outside, raises]).sentence
    assert message.endswith("1 in the expected bands, 1 off, 1 failed.")


def test_a_run_without_results_still_has_a_page(tmp_path):
    path = write(report_of([], interrupted=True), tmp_path / "new")
    assert "No experiment ran to its end" in Page(path.read_text(encoding="utf-8")).text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (123456, "123,456"),
        (0.98765, "0.9877"),
        (1234.56, "1,234.6"),
        (1.5e-9, "1.5e-09"),
        (3.2e8, "3.2e+08"),
        (10**12, "1e+12"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ("word", "word"),
        (True, "True"),
    ],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_a_metric_without_a_band_shows_none(finished):
    good = finished[1].results[0]
    assert band(good, "rows") == "150 … 150"
    assert band(good, "epochs") == ""
