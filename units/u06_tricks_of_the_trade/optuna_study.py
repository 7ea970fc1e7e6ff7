"""Optuna for real work: several worker processes on one study, which survives the death of any of them.

Create the study and start three workers, and look at the results at any time:

    python -m units.u06_tricks_of_the_trade.optuna_study run study.db --trials 60 --workers 3
    python -m units.u06_tricks_of_the_trade.optuna_study show study.db

On further machines that see the same storage (a shared folder, or the URL of a database server):

    python -m units.u06_tricks_of_the_trade.optuna_study work study.db --trials 60

A worker that dies leaves a trial in the state RUNNING. Start workers again with the same command: finished trials are
kept. What happens to that trial depends on the storage:

- ``*.db`` (SQLite; all workers on one machine) or a URL such as ``mysql://…`` (workers anywhere): its heartbeat stops,
  and the next worker marks it as failed and tries the same settings again.
- ``*.log``, a journal file (workers on several machines, over a shared folder): there is no heartbeat. Stop all
  workers and type ``recover study.log``, which does the same.
"""

import argparse
import importlib
import importlib.util
import os
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager

import numpy as np

from course.backend import install
from course.errors import CourseError

NAME = "study"
# Seconds between two heartbeats, and without one until a trial counts as dead: a busy machine delays a few.
HEARTBEAT, GRACE = 1, 6
EPOCHS = 27
COLUMNS = ["trial", "state", "worker", "epochs", "settings", "cost", "again"]


def linear_on_clouds(trial):
    """An Optuna objective that needs NumPy alone: softmax regression on ten clouds of points, judged every epoch."""
    rate = trial.suggest_float("learning_rate", 1e-4, 10.0, log=True)
    decay = trial.suggest_float("weight_decay", 1e-6, 1.0, log=True)
    rng = np.random.default_rng(0)
    y = rng.integers(10, size=1400)
    x = rng.normal(size=(10, 20))[y] + 1.5 * rng.normal(size=(1400, 20))
    targets, W = np.eye(10)[y], np.zeros((20, 10))

    def probabilities(rows):
        e = np.exp(x[rows] @ W - (x[rows] @ W).max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    for epoch in range(EPOCHS):
        for rows in (slice(first, first + 20) for first in range(0, 1000, 20)):
            # W⁺ = W − α (∇C(W) + λ W⁺), which no setting makes diverge
            W = (W - rate * x[rows].T @ (probabilities(rows) - targets[rows]) / 20) / (1 + rate * decay)
        held_out = probabilities(slice(1000, 1400))[np.arange(400), y[1000:]]
        cost = float(-np.log(np.maximum(held_out, 1e-12)).mean())
        report(trial, cost, epoch)
    return cost


def network_on_digits(trial):
    """An Optuna objective in Keras: a network of unit 4 on the handwritten digits, judged after every epoch."""
    import keras

    import course
    from units.u04_feedforward import FeedForward

    d = course.data.load("digits")
    x, y = d.features("train"), d.labels("train")
    keras.utils.set_random_seed(trial.number)
    model = FeedForward([trial.suggest_int("width", 8, 64, log=True)], classes=d.classes)
    model.compile(keras.optimizers.Adam(trial.suggest_float("learning_rate", 1e-4, 1.0, log=True)))
    for epoch in range(EPOCHS):
        model.fit(x[:1000], y[:1000], batch_size=100, epochs=1, verbose=0)
        cost = model.evaluate(x[1000:1400], y[1000:1400], batch_size=400, verbose=0, return_dict=True)["loss"]
        report(trial, float(cost), epoch)
    return float(cost)


OBJECTIVES = {"linear": linear_on_clouds, "network": network_on_digits}


def report(trial, cost, epoch):
    """Tell the study the cost after an epoch; stop this trial if the pruner says so."""
    trial.report(cost, epoch)
    if trial.should_prune():
        raise optuna().TrialPruned


def optuna():
    """The package, or one sentence about how to install it."""
    if importlib.util.find_spec("optuna") is None:
        raise CourseError(f"Optuna is not installed. In the folder of the course type: {install('tune')}")
    return importlib.import_module("optuna")


@contextmanager
def quiet():
    """Without the warning that heartbeats may change, and without a line for each trial."""
    library = optuna()
    library.logging.set_verbosity(library.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", library.exceptions.ExperimentalWarning)
        yield library


def open_study(place):
    """The study in a file ``*.db`` or ``*.log``, or under the URL of a database; it is created where it is missing."""
    with quiet() as library:
        storages = library.storages
        if str(place).endswith(".log"):
            storage = storages.JournalStorage(storages.journal.JournalFileBackend(str(place)))
        elif "://" in str(place) or str(place).endswith(".db"):
            storage = storages.RDBStorage(
                str(place) if "://" in str(place) else f"sqlite:///{place}",
                heartbeat_interval=HEARTBEAT,
                grace_period=GRACE,
                heartbeat_stale_trial_callback=storages.RetryHeartbeatStaleTrialCallback(max_retry=3),
            )
        else:
            raise CourseError(f"A study is kept in a file *.db or *.log or under a URL, not in {place}.")
        return library.create_study(
            storage=storage,
            study_name=NAME,
            load_if_exists=True,
            pruner=library.pruners.HyperbandPruner(min_resource=1, max_resource=EPOCHS, reduction_factor=3),
        )


def work(place, objective, trials):
    """Be one worker: evaluate until the study has so many trials that are complete or pruned.

    Args:
        place: of the study, see ``open_study``.
        objective: a name in ``OBJECTIVES``, ``module:function``, or a function trial ↦ cost.
        trials: how many, all workers together; several workers may do a few more.
    """
    function = objective if callable(objective) else find_objective(objective)
    study = open_study(place)
    with quiet() as library:
        done = library.trial.TrialState.COMPLETE, library.trial.TrialState.PRUNED
        if sum(t.state in done for t in study.get_trials(deepcopy=False)) >= trials:
            return study

        def with_worker(trial):
            trial.set_user_attr("worker", os.getpid())
            return function(trial)

        study.optimize(with_worker, callbacks=[library.study.MaxTrialsCallback(trials, states=done)])
    return study


def find_objective(name):
    """The objective of a name in ``OBJECTIVES`` or of the form ``module:function``."""
    if name in OBJECTIVES:
        return OBJECTIVES[name]
    module, _, function = name.partition(":")
    if not function:
        raise CourseError(f"An objective is one of {', '.join(OBJECTIVES)} or module:function, not {name!r}.")
    return getattr(importlib.import_module(module), function)


def start_worker(place, objective, trials, **popen):
    """Start a worker in a process of its own. By its path the file needs no Keras, unless the objective does."""
    command = [sys.executable, "-P", os.path.abspath(__file__), "work", str(place)]
    return subprocess.Popen([*command, "--objective", objective, "--trials", str(trials)], **popen)


def recover(place):
    """Mark trials that nobody runs any more as failed, and queue their settings again; returns their numbers.

    With heartbeats this waits until every running trial has ended or counts as dead. A journal file has none: there
    **all** running trials count as dead, so call it only when every worker has stopped.
    """
    study = open_study(place)
    with quiet() as library:
        states = library.trial.TrialState
        running = [t for t in study.get_trials(deepcopy=False) if t.state == states.RUNNING]
        if str(place).endswith(".log"):
            for trial in running:
                study.tell(trial.number, state=states.FAIL)
                study.enqueue_trial(trial.params, user_attrs={"retry_of": trial.number})
        else:
            while any(study.trials[t.number].state == states.RUNNING for t in running):
                library.storages.fail_stale_trials(study)
                time.sleep(0.3)
        return [t.number for t in running if study.trials[t.number].state == states.FAIL]


def retry_of(trial):
    """The number of the trial that this one tries again, or None."""
    return trial.user_attrs.get("retry_of", trial.system_attrs.get("failed_trial"))


def rows(study):
    """A row for each trial: number, state, worker, epochs, settings, cost, which trial it tries again."""
    found = []
    for t in study.trials:
        settings = (f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in t.params.items())
        cost = "" if t.value is None else f"{t.value:.4f}"
        again = "" if retry_of(t) is None else retry_of(t)
        worker, epochs = str(t.user_attrs.get("worker", "")), len(t.intermediate_values)
        found.append([t.number, t.state.name.lower(), worker, epochs, ", ".join(settings), cost, again])
    return found


def main(arguments=None):
    """The command line at the top of this file."""
    parser = argparse.ArgumentParser(prog="optuna_study", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    texts = (
        "create the study, start workers",
        "be a worker",
        "queue trials of dead workers",
        "print all trials",
    )
    for name, text in zip(("run", "work", "recover", "show"), texts, strict=True):
        command = commands.add_parser(name, help=text)
        command.add_argument("place", help="*.db, *.log or the URL of a database")
        if name in ("run", "work"):
            command.add_argument("--objective", default="network", help="linear, network or module:function")
            command.add_argument("--trials", type=int, default=30, help="of all workers together")
        if name == "run":
            command.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    if options.command == "work":
        work(options.place, options.objective, options.trials)
    elif options.command == "run":
        find_objective(options.objective)
        open_study(options.place)  # before the workers, so that only one process makes the tables
        same = options.place, options.objective, options.trials
        if any([worker.wait() for worker in [start_worker(*same) for _ in range(options.workers)]]):
            raise SystemExit("A worker has failed. Run the same command again: finished trials are kept.")
    elif options.command == "recover":
        print(f"failed and queued again: {recover(options.place) or 'none'}")
    if options.command in ("run", "show"):
        for row in [COLUMNS, *rows(open_study(options.place))]:
            print("  ".join(str(cell) for cell in row))


if __name__ == "__main__":
    try:
        main()
    except CourseError as error:
        raise SystemExit(str(error)) from None
