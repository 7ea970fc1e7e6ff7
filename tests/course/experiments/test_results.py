"""`course report`: the newest recorded numbers of each backend, and what lies outside of its band."""

import json
import os

import pytest
from typer.testing import CliRunner

from course import catalog, cli
from course.experiments.report import results
from course.experiments.report.recorded import newest

pytestmark = pytest.mark.backend_independent
UNIT = catalog.load().find("u02")
EXPERIMENT = catalog.load().find("u02/logistic_link")


def record(runs, run, written, **changes):
    folder = runs / run / "u02/logistic_link"
    folder.mkdir(parents=True)
    content = {
        "unit": "u02", "experiment": "logistic_link", "backend": "jax", "mode": "quick", "seed": 0, "status": "ok",
        "seconds": 1.0, "device": "cpu", "data": [{"name": "breast_cancer"}], "figures": [],
        "metrics": {"accuracy_one_feature": 0.717},
    }  # fmt: skip
    path = folder / "result.json"
    path.write_text(json.dumps(content | changes), encoding="utf-8")
    os.utime(path, (written, written))


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "runs"
    record(folder, "1-jax", 1, metrics={"accuracy_one_feature": 0.1})
    record(folder, "2-jax", 2)
    record(
        folder, "3-torch", 3, backend="torch", status="off", metrics={"accuracy_one_feature": 0.9, "more": 1}
    )
    record(folder, "4-jax", 4, status="error", metrics={})
    record(folder, "5-jax", 5, mode="full", metrics={"accuracy_one_feature": 0.5})
    record(
        folder,
        "6-tensorflow",
        6,
        backend="tensorflow",
        metrics={"accuracy_one_feature": None},
        not_finite={"accuracy_one_feature": "nan"},
    )
    record(folder, "8-jax", 8, data=[{"name": "iris"}], metrics={"accuracy_one_feature": 0.2})  # --data iris
    (folder / "7-jax/u02/odds_ratios").mkdir(parents=True)
    (folder / "7-jax/u02/odds_ratios/result.json").write_text("[]", encoding="utf-8")
    return folder


def test_the_newest_result_of_each_backend_counts(runs):
    found = newest(UNIT.experiments, "quick", runs)
    first, second = results.rows(UNIT.experiments, found, "quick")
    assert first.experiment.name == EXPERIMENT.name
    assert first.values["jax"] == 0.717
    assert first.values["torch"] == 0.9
    assert [first.is_off(b) for b in ("jax", "torch", "tensorflow")] == [False, True, True]
    assert second.metric == "more"
    assert second.band is None
    assert not second.is_off("torch")


def test_the_command_writes_a_page_and_the_numbers(runs, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUNS", str(runs))
    done = CliRunner().invoke(cli.app, ["report", "u02"])
    assert done.exit_code == 0, done.output
    words = f"1 of {len(UNIT.experiments)} experiments have a recorded run in quick mode; 2 values outside of"
    assert words in " ".join(done.output.split())
    page = (runs / "report/index.html").read_text("utf-8")
    assert '<td class="n bad"><a href="../3-torch/index.html#u02-logistic_link">0.9</a></td>' in page
    assert "0.716 … 0.718" in page
    assert "<code>u02/odds_ratios</code>" in page  # without a recorded run
    content = json.loads((runs / "report/results.json").read_text("utf-8"))
    assert content["results"][0]["values"] == {"jax": 0.717, "tensorflow": "nan", "torch": 0.9}
    full = CliRunner().invoke(cli.app, ["report", "u02", "--full", "--out", str(tmp_path / "full")])
    assert full.exit_code == 0, full.output
    assert "0.5</a>" in (tmp_path / "full/index.html").read_text("utf-8")


def test_an_experiment_is_no_unit():
    done = CliRunner().invoke(cli.app, ["report", "u02/logistic_link"])
    assert done.exit_code == 2
    assert "course report u02" in " ".join(done.output.split())
