"""Two Optuna workers on one study: one is killed in the middle of a trial, and the study goes on."""

import tempfile
import time
from pathlib import Path

from course import figures
from units.u06_tricks_of_the_trade import optuna_study

ATTEMPTS = 10  # a worker may end its trial in the moment in which it is killed
STATES = {"COMPLETE": "blue", "PRUNED": "sky", "FAIL": "red"}


def run(r):
    objective, trials = r.pick(quick="linear", full="network"), r.pick(quick=8, full=60)
    with tempfile.TemporaryDirectory() as folder:
        for attempt in range(ATTEMPTS):
            place = Path(folder) / f"study_{attempt}.db"
            study = optuna_study.open_study(place)
            workers = [optuna_study.start_worker(place, objective, trials) for _ in range(2)]
            try:
                killed = kill_in_the_middle(study, workers)
                if killed is not None:
                    before = {t.number: t.values for t in study.trials if t.state.is_finished()}
                    codes = [w.wait() for w in workers if w.pid != killed]
                    optuna_study.recover(place)
                    found = optuna_study.work(place, objective, trials + 2).trials
                    break
            finally:
                for worker in workers:
                    worker.kill()
                    worker.wait()
        else:
            raise RuntimeError(f"In {ATTEMPTS} studies no worker could be killed in the middle of a trial.")
    lost = [t.number for t in found if t.state.name == "FAIL"]
    again = [t for t in found if optuna_study.retry_of(t) in lost]
    done = [t for t in found if t.state.name in ("COMPLETE", "PRUNED")]
    r.table(optuna_study.COLUMNS, optuna_study.rows(study), title="All trials")
    r.log(f"Worker {killed} was killed in the middle of trial {lost[0] if lost else '?'}.")
    r.metric("finished_before", len(before))
    r.metric("kept", sum(found[number].values == values for number, values in before.items()))
    r.metric("exit_code_of_the_other", codes[-1])
    r.metric("failed", len(lost))
    r.metric("tried_again", len(again))
    r.metric("same_settings", sum(t.params == found[optuna_study.retry_of(t)].params for t in again))
    r.metric("finished", len(done))
    r.metric("pruned", sum(t.state.name == "PRUNED" for t in found))
    r.metric("cost", min(t.value for t in found if t.state.name == "COMPLETE"))
    draw(r, found)


def kill_in_the_middle(study, workers):
    """Wait until a trial is finished and a worker is in the middle of another one; kill that worker (SIGKILL).

    Returns its process id, or None if its trial has ended in the last moment, or a worker has ended by itself, because
    the study has all of its trials. Then a new study is needed.
    """
    while all(worker.poll() is None for worker in workers):
        finished = any(t.state.is_finished() for t in study.trials)
        middle = [
            t for t in study.trials if t.state.name == "RUNNING" and 2 <= len(t.intermediate_values) <= 15
        ]
        if finished and middle:
            (killed,) = [w for w in workers if w.pid == middle[0].user_attrs["worker"]]
            killed.kill()
            killed.wait()
            return killed.pid if study.trials[middle[0].number].state.name == "RUNNING" else None
        time.sleep(0.03)
    return None


def draw(r, trials):
    _, axes = r.figure("workers", 1, 3, size=(12, 3.8), width_ratios=(1.6, 1, 1))
    names = list(dict.fromkeys(t.user_attrs["worker"] for t in trials if "worker" in t.user_attrs))
    start = min(t.datetime_start for t in trials if t.datetime_start)
    for t in trials:
        if not t.datetime_complete or "worker" not in t.user_attrs:
            continue
        colour = figures.COLOURS[STATES[t.state.name]]
        begin, end = ((moment - start).total_seconds() for moment in (t.datetime_start, t.datetime_complete))
        place = names.index(t.user_attrs["worker"])
        axes[0].barh(place, end - begin, left=begin, height=0.5, color=colour, edgecolor="white")
    for state, colour in STATES.items():
        axes[0].barh(0, 0, color=figures.COLOURS[colour], label=state.lower())
    labels = ["worker 1", "worker 2", "resumed"]
    axes[0].set(title="trials of each process", xlabel="seconds", yticks=range(len(names)))
    axes[0].set(yticklabels=labels[: len(names)], ylim=(-0.6, len(names) + 0.1))
    axes[0].legend(loc="upper left", ncols=3)
    parameters = [name for name in trials[0].params]
    for ax, name in zip(axes[1:], parameters, strict=False):
        for state in ("PRUNED", "COMPLETE"):
            chosen = [t for t in trials if t.state.name == state and t.intermediate_values]
            costs = [min(t.intermediate_values[max(t.intermediate_values)], 20) for t in chosen]
            x = [t.params[name] for t in chosen]
            ax.plot(x, costs, "o", color=figures.COLOURS[STATES[state]], label=state.lower())
        ax.set(xscale="log", yscale="log", xlabel=name.replace("_", " "), title="last cost of each trial")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter("{x:g}")
    axes[1].set_ylabel("validation cost")
