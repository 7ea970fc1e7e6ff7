"""Every experiment of every unit runs in quick mode on this backend, and its numbers lie in their bands.

Each draws its figures on each backend; to lay out and write the files takes as long as many an experiment, and is the
same everywhere, so that is done beside torch.
"""

import json

import keras
import pytest

from course import catalog
from course.experiments import run_experiment
from course.figures import SMALLEST_TEXT

# Each experiment begins with a full collection of garbage.
pytestmark = pytest.mark.usefixtures("earlier_objects_frozen")
EXPERIMENTS = [e for unit in catalog.load().units for e in unit.experiments]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.name)
def test_experiment(experiment, tmp_path):
    files = keras.backend.backend() == "torch"
    result = run_experiment(experiment, out=tmp_path if files else None)
    assert result.status == "ok", (result.error, result.metrics, result.expected)
    assert result.metrics
    if not files:
        return
    written = json.loads(next(tmp_path.rglob("result.json")).read_text(encoding="utf-8"))
    assert written["metrics"]
    assert list(tmp_path.rglob("*.png"))
    assert list(tmp_path.rglob("*.svg"))
    too_small = {
        f["name"]: f["text"] for f in written["figures"] if (f["text"] or SMALLEST_TEXT) < SMALLEST_TEXT
    }
    assert not too_small, "text in points: leave the sizes to course.figures"
