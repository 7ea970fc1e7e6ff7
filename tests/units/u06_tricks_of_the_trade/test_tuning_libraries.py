"""Optuna and KerasTuner: workers that are really started and killed, and searches that go on."""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from course.errors import CourseError
from units.u06_tricks_of_the_trade import keras_tuner_search, optuna_study

ROOT = Path(__file__).resolve().parents[3]
HERE = "tests.units.u06_tricks_of_the_trade.objectives"


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": keras.backend.backend()}


def wait_until(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the process has ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.05)


def states(study):
    return [t.state.name for t in study.trials]


@pytest.mark.backend_independent
@pytest.mark.parametrize("file", ["study.log", "study.db"])
def test_a_study_goes_on_after_its_worker_is_killed(tmp_path, file):
    place = tmp_path / file
    study = optuna_study.open_study(place)
    worker = optuna_study.start_worker(place, f"{HERE}:waits", 6, env=environment())
    try:
        wait_until(lambda: len(study.trials) == 3 and study.trials[2].intermediate_values, worker)
    finally:
        worker.kill()
        worker.wait()
    assert states(study) == ["COMPLETE", "COMPLETE", "RUNNING"]
    before = [(t.params, t.value) for t in study.trials[:2]]

    assert optuna_study.recover(place) == [2]
    assert states(study) == ["COMPLETE", "COMPLETE", "FAIL", "WAITING"]
    assert optuna_study.recover(place) == []
    optuna_study.work(place, f"{HERE}:quick", 6)
    assert states(study) == ["COMPLETE", "COMPLETE", "FAIL", *["COMPLETE"] * 4]
    assert [(t.params, t.value) for t in study.trials[:2]] == before
    assert study.trials[3].params == study.trials[2].params
    assert optuna_study.retry_of(study.trials[3]) == 2
    assert [row[-1] for row in optuna_study.rows(study)] == ["", "", "", 2, "", "", ""]
    # as many as were asked for are there: nothing is evaluated
    optuna_study.work(place, optuna_study.linear_on_clouds, 6)
    assert len(study.trials) == 7


@pytest.mark.backend_independent
def test_hyperband_prunes_trials_and_the_command_line_shows_them(tmp_path, capsys):
    place = tmp_path / "study.log"
    costs = {}

    def objective(trial):
        trial.suggest_float("x", 0.0, 1.0)
        for epoch in range(optuna_study.EPOCHS):
            costs[trial.number] = epoch + 1
            optuna_study.report(trial, float(trial.number), epoch)  # every trial is worse than those before
        return float(trial.number)

    study = optuna_study.work(place, objective, 12)
    pruned = [t.number for t in study.trials if t.state.name == "PRUNED"]
    assert pruned
    assert all(costs[n] < optuna_study.EPOCHS for n in pruned)
    optuna_study.main(["show", str(place)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13
    assert sum("pruned" in line for line in lines) == len(pruned)
    assert optuna_study.linear_on_clouds(fixed(learning_rate=0.1, weight_decay=1e-4)) < 1.2
    # a corner of the search space: W would overflow if the decay took the old W
    assert np.isfinite(optuna_study.linear_on_clouds(fixed(learning_rate=10.0, weight_decay=1.0)))


@pytest.mark.backend_independent
def test_settings_of_any_kind_are_shown(tmp_path):
    def objective(trial):
        trial.suggest_categorical("activation", ["relu"])
        return trial.suggest_int("width", 4096, 4096) * trial.suggest_float("rate", 0.123456, 0.123456)

    study = optuna_study.work(tmp_path / "study.log", objective, 1)
    assert optuna_study.rows(study)[0][4] == "activation relu, width 4096, rate 0.123"


def fixed(**params):
    return optuna_study.optuna().trial.FixedTrial(params)


@pytest.mark.backend_independent
def test_mistakes_and_missing_packages_are_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(CourseError, match=r"\*\.db or \*\.log"):
        optuna_study.open_study(tmp_path / "study.txt")
    with pytest.raises(CourseError, match="module:function"):
        optuna_study.find_objective("forest")
    with pytest.raises(CourseError, match="random, bayesian or hyperband"):
        keras_tuner_search.search(tmp_path, 1, method="grid")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for call in (optuna_study.optuna, lambda: keras_tuner_search.search(tmp_path, 1)):
        with pytest.raises(
            CourseError, match=r'is not installed\. In the folder .* pip install .*"\.\[tune\]"'
        ):
            call()


def test_a_network_of_keras_is_an_objective(monkeypatch):
    monkeypatch.setattr(optuna_study, "EPOCHS", 9)
    cost = optuna_study.network_on_digits(fixed(width=16, learning_rate=0.02))
    assert cost < 0.6


@pytest.mark.backend_independent
def test_a_keras_tuner_search_goes_on_after_a_kill(tmp_path):
    code = f"from {HERE} import search_that_waits; search_that_waits({str(tmp_path)!r})"
    with open(tmp_path / "output", "w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code], env=environment(), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until((tmp_path / "waiting").exists, process)
        finally:
            process.kill()
            process.wait()
    before = {p.parent.name: p.read_text() for p in tmp_path.glob("search/trial_*/trial.json")}
    assert sorted('"COMPLETED"' in text for text in before.values()) == [False, True, True]

    tuner = keras_tuner_search.search(tmp_path, 4, epochs=1)
    found = tuner.oracle.trials
    assert [found[n].status for n in sorted(found)] == ["COMPLETED"] * 4
    after = {p.parent.name: p.read_text() for p in tmp_path.glob("search/trial_*/trial.json")}
    kept = [name for name, text in before.items() if '"COMPLETED"' in text]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert tuner.get_best_hyperparameters()[0].values["width"] in range(8, 65)
