"""Every experiment of every unit runs in quick mode on this backend, and its numbers lie in their bands."""

import json

import pytest

from course import catalog
from course.experiments import run_experiment

EXPERIMENTS = [e for unit in catalog.load().units for e in unit.experiments]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.name)
def test_experiment(experiment, tmp_path):
    result = run_experiment(experiment, out=tmp_path)
    assert result.status == "ok", (result.error, result.metrics, result.expected)
    written = json.loads(next(tmp_path.rglob("result.json")).read_text(encoding="utf-8"))
    assert written["metrics"]
    assert list(tmp_path.rglob("*.png"))
    assert list(tmp_path.rglob("*.svg"))
