"""Contests: what is no training step, beside the best library's version of it."""

import json
import time

import numpy as np
import pytest
from typer.testing import CliRunner

from course import cli, paths
from course.bench import bars, case, chart, contest, run, worker
from course.errors import CourseError
from tests.course.bench.test_cases import CONTESTS, OPTIONS


def counting(seconds, number=1.0, extra=0):
    """A build whose work is to wait: ``seconds`` for each unit."""

    def build(*arrays):
        def run(amount):
            calls.append(amount)
            time.sleep(seconds * amount)
            return amount + extra, number

        calls = run.calls = []
        return run

    return build


def toy(limit=None, **builds):
    return contest.Contest(
        title="waiting",
        unit="wait",
        data=lambda rng: (rng.normal(size=3),),
        variants=lambda backend: builds,
        amount=4,
        proofs=(1, 2),
        limit=limit,
    )


def measured(backend="torch", **builds):
    raw = contest.measure(toy(**builds), seed=0, repeats=3) | {"device": "cpu"}
    return {"case": "toy", "backend": backend, "precision": "float32"} | bars.summary([raw], 1e-9)


@pytest.mark.backend_independent
def test_ours_is_held_beside_the_fastest_of_the_others():
    found = measured(ours=counting(0.001), slow=counting(0.004), quick=counting(0.002))
    assert (found["base"], found["unit"]) == ("quick", "wait")
    assert found["variants"]["quick"]["ratio"] == 1
    assert found["variants"]["ours"]["ratio"] < 0.9 < 1.3 < found["variants"]["slow"]["ratio"]
    assert found["variants"]["ours"]["work"] == 4
    assert bars.missed(found) == []
    json.dumps(found, allow_nan=False)


@pytest.mark.backend_independent
def test_a_missed_bar_names_the_library():
    (sentence,) = bars.missed(measured(ours=counting(0.004), quick=counting(0.001)))
    assert sentence.startswith("toy on torch: ours takes ")
    assert " times quick for a wait; the bar is 1.15" in sentence


@pytest.mark.backend_independent
def test_a_contest_may_have_a_limit_of_its_own():
    (sentence,) = bars.missed(measured(ours=counting(0.002), quick=counting(0.002), limit=0.5))
    assert sentence.endswith("; the bar is 0.50")


@pytest.mark.backend_independent
def test_time_is_counted_for_the_work_that_was_done():
    found = measured(ours=counting(0.002, extra=12), quick=counting(0.002))
    assert found["variants"]["ours"]["ratio"] < 0.5  # four times as much in the same time


@pytest.mark.backend_independent
def test_others_are_given_as_much_work_as_ours_took():
    builds = {"ours": counting(0, extra=3), "other": counting(0)}
    kept = {}
    wrapped = {name: lambda *a, n=name: kept.setdefault(n, builds[n](*a)) for name in builds}
    contest.measure(toy(**wrapped), seed=0, repeats=1)
    assert kept["ours"].calls[:2] == [1, 2]
    assert kept["other"].calls[:2] == [4, 5]


@pytest.mark.backend_independent
def test_whoever_reaches_something_else_is_named():
    found = measured(ours=counting(0.001, number=2.0), quick=counting(0.001))
    assert "ours: loss 1 is 2, quick 1" in found["disagreement"]
    assert "do not reach the same loss" in bars.missed(found)[0]


@pytest.mark.backend_independent
def test_a_contest_needs_somebody_else():
    with pytest.raises(ValueError, match="needs ours and another, not only ours"):
        contest.measure(toy(ours=counting(0)), seed=0, repeats=1)


@pytest.mark.backend_independent
def test_a_contest_is_drawn_and_told(tmp_path, monkeypatch):
    raw = contest.measure(toy(ours=counting(0.001), a=counting(0.001), b=counting(0.002)), 0, 2) | {
        "device": "cpu"
    }
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    monkeypatch.setattr(run, "child", lambda *a, **k: raw)
    done = CliRunner().invoke(cli.app, ["bench", "lbfgs", "--backend", "torch", "--no-start"])
    assert done.exit_code == 0, done.output
    assert "lbfgs on torch: ms a wait, of which there are: ours 4, a 4, b 4; to a, the fastest" in done.stdout
    assert list(tmp_path.rglob("bench.png"))
    result = json.loads(next(tmp_path.rglob("bench.json")).read_text(encoding="utf-8"))["results"][0]
    assert chart._name(result).endswith("ms a")


@pytest.mark.backend_independent
def test_bfloat16_is_for_training_steps(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    done = CliRunner().invoke(cli.app, ["bench", "lbfgs", "--precision", "bfloat16", "--backend", "torch"])
    assert done.exit_code == 2
    assert "The case lbfgs is measured in float32 only." in done.stderr
    assert set(case.names()) - set(case.names("bfloat16")) == set(CONTESTS)


@pytest.mark.backend_independent
def test_a_name_is_given_once(tmp_path, monkeypatch):
    folder = tmp_path / "units" / "u99_other" / "bench"
    folder.mkdir(parents=True)
    (folder / "mlp.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    with pytest.raises(CourseError, match="two cases mlp"):
        case.names()


@pytest.mark.parametrize("name", CONTESTS)
def test_every_contest_really(name, backend):
    loaded = case.load(name)
    assert isinstance(loaded, contest.Contest)
    raw = contest.measure(loaded, seed=0, repeats=1)
    assert bars.disagreement(raw["losses"], raw["tolerance"], bars.base_of(raw["seconds"])) is None
    # They agree on something: more work reaches something else.
    assert len(set(np.round(raw["losses"]["ours"], 6))) == len(loaded.proofs)
    assert all(amount > 0 for amount in raw["work"].values())


@pytest.mark.backend_independent
def test_a_contest_in_a_process_of_its_own(backend):
    result = run.measure("lbfgs", backend, OPTIONS | {"steps": 12})
    assert "error" not in result, result
    assert result["steps"] == 12
    assert result["disagreement"] is None
    assert set(result["variants"]) >= {"ours", "scipy"}
    assert result["variants"]["scipy"]["work"] in (12, 13)


@pytest.mark.backend_independent
def test_one_variant_of_a_contest_alone():
    request = {
        "case": "lbfgs",
        "variant": "scipy",
        "seed": 0,
        "count": 5,
        "precision": "float32",
        "group": 10,
    }
    found = worker.start(request)
    assert found["first_seconds"] > 0
    assert found["memory"] == "process"
