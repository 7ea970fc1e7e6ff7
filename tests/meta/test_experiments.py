"""Every experiment of every unit runs in quick mode on this backend, and its numbers lie in their bands.

Each draws its figures on each backend; to lay out and write the files takes as long as many an experiment, and is the
same everywhere, so that is done beside torch. Experiments that compute with NumPy alone are the same on each backend
and run once, in the stage ``independent``; there every operation and layer of Keras fails.
"""

import json
import logging
from pathlib import Path

import keras
import pytest
from keras import ops

from course import backend, catalog
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

# fmt: off
NUMPY_ALONE = (
    "u01/data_growth", "u03/numeric_step_size", "u05/linear_system", "u05/mnist1d_signals",
    "u05/padding_stride_dilation", "u06/bayesian_search", "u06/gaussian_process", "u06/optuna_workers",
    "u06/plain_and_residual", "u06/shattered_gradients", "u06/weight_averages", "u07/bilinear_game",
    "u07/matrix_games", "u07/noise_schedules", "u07/probability_flow", "u08/ngram_orders",
    "u08/speculative_decoding", "u08/tokens_of_a_text", "u09/bandits", "u09/cliff_walking",
    "u09/frozen_lake", "u09/gae_bias_variance", "u09/interquartile_means", "u09/markov_chain",
    "u09/overestimation", "u09/planning", "u09/random_walk", "u09/truncation", "u10/double_descent",
    "u10/scaling_law",
)
# fmt: on


def marked(experiment):
    """The experiment as a parameter of a test: one that needs NumPy alone belongs to no backend."""
    alone = experiment.name in NUMPY_ALONE
    return pytest.param(
        experiment, id=experiment.name, marks=[pytest.mark.backend_independent] if alone else []
    )


def refuse_keras(monkeypatch):
    """Let operations and layers of Keras fail. To look at an array, or to return it as it is, is no operation."""

    def refused(*arguments, **options):
        raise AssertionError("this experiment uses Keras: it does not belong to NUMPY_ALONE")

    device = backend.device()  # `run_experiment` finds it by an operation
    monkeypatch.setattr(backend, "device", lambda: device)
    for name in set(dir(ops)) - {"convert_to_numpy", "is_tensor"}:
        if not name.startswith("_") and callable(getattr(ops, name)):
            monkeypatch.setattr(ops, name, refused)
    monkeypatch.setattr(keras.Layer, "__call__", refused)


@pytest.mark.backend_independent
def test_names_of_experiments_with_numpy_alone():
    assert set(NUMPY_ALONE) <= {experiment.name for experiment in EXPERIMENTS}


@pytest.mark.backend_independent
def test_an_experiment_with_keras_is_refused(monkeypatch):
    refuse_keras(monkeypatch)
    (experiment,) = [e for e in EXPERIMENTS if e.name == "u05/shapes_gallery"]
    assert "does not belong to NUMPY_ALONE" in run_experiment(experiment).error


@pytest.mark.parametrize("experiment", [marked(e) for e in EXPERIMENTS])
def test_experiment(experiment, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO, logger="course.training.fast.torch_graph")
    if experiment.name in NUMPY_ALONE:
        refuse_keras(monkeypatch)
    files = keras.backend.backend() == "torch"
    result = run_experiment(experiment, out=tmp_path if files else None)
    assert result.status == "ok", (result.error, result.metrics, result.expected)
    assert result.metrics
    refused = [record for record in caplog.records if record.name == "course.training.fast.torch_graph"]
    assert not refused, "a step of torch that cannot be captured runs several times slower"
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
    alike = {f["name"]: f["look_alikes"] for f in written["figures"] if f["look_alikes"]}
    assert not alike, "lines that a reader cannot tell apart: take course.figures.point_style"


@pytest.mark.backend_independent
@pytest.mark.parametrize("name", QUOTED)
def test_the_deck_says_what_is_checked_here(name):
    (slug,) = [unit.slug for unit in UNITS if name in {e.name for e in unit.experiments}]
    assert QUOTED[name][0] in (ROOT / "slides" / f"{slug}.md").read_text("utf-8")
