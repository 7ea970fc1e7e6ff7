"""Every experiment of every unit runs in quick mode on this backend, and its numbers lie in their bands.

Each draws its figures on each backend; to lay out and write the files takes as long as many an experiment, and is the
same everywhere, so that is done beside torch.
"""

import json
from pathlib import Path

import keras
import pytest

from course import catalog
from course.experiments import run_experiment
from course.figures import SMALLEST_TEXT

ROOT = Path(__file__).resolve().parents[2]
# Each experiment begins with a full collection of garbage.
pytestmark = pytest.mark.usefixtures("earlier_objects_frozen")
UNITS = catalog.load().units
EXPERIMENTS = [e for unit in UNITS for e in unit.experiments]

# What decks say of the quick runs: experiment → words of the deck, and the bounds of each number that they mean.
QUOTED = {
    "u02/softmax_regression": (
        "Quick run, 8 × 8 digits, 360 test images: 97%",
        {"test_accuracy": (0.95, 0.985)},
    ),
    "u04/mlp_mnist": ("Quick run, 8 × 8 digits, two layers of 128: 96%", {"test_accuracy": (0.95, 0.975)}),
    "u08/translation": (
        "| LSTMs | one state | below 5% |\n"
        "| LSTMs with attention | all states, read in one direction | about 90% |\n"
        "| transformer | outputs that have seen the whole source | above 95% |",
        {"exact_lstm": (0, 0.05), "exact_attention": (0.85, 0.95), "exact_transformer": (0.95, 1)},
    ),
    "u09/planning": (
        "Quick run, 40 states with γ = 0.99: 2,771 sweeps or 3 policies",
        {"sweeps_0_99": (2771, 2771), "policies_0_99": (3, 3)},
    ),
    "u09/sac_pendulum": ("about −1,270", {"return_of_random_actions": (-1300, -1240)}),
}


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.name)
def test_experiment(experiment, tmp_path):
    files = keras.backend.backend() == "torch"
    result = run_experiment(experiment, out=tmp_path if files else None)
    assert result.status == "ok", (result.error, result.metrics, result.expected)
    assert result.metrics
    for metric, (low, high) in QUOTED.get(experiment.name, ("", {}))[1].items():
        assert low <= result.metrics[metric] <= high, f"the deck says another number than {metric}"
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


@pytest.mark.backend_independent
@pytest.mark.parametrize("name", QUOTED)
def test_the_deck_says_what_is_checked_here(name):
    (slug,) = [unit.slug for unit in UNITS if name in {e.name for e in unit.experiments}]
    assert QUOTED[name][0] in (ROOT / "slides" / f"{slug}.md").read_text("utf-8")
