"""Few runs, some of which fail: how wide are the intervals of mean, median and interquartile mean, and do they hold?"""

import numpy as np

from course import figures
from units.u09_reinforcement.interquartile_mean import STATISTICS, bootstrap_interval

TASKS, LEVEL = 6, 0.95
COLOURS = {"mean": "orange", "median": "purple", "iqm": "blue"}
NAMES = {"mean": "mean", "median": "median of the tasks' means", "iqm": "interquartile mean"}


def scores(runs, rng):
    """Scores of an agent, shape (runs, tasks): near 1 with a different noise for each task, one run in ten at 6."""
    noise = rng.normal(scale=np.linspace(0.1, 0.5, TASKS), size=(runs, TASKS))
    return np.where(rng.random((runs, TASKS)) < 0.1, 6.0, 1.0 + noise)


def run(r):
    runs = (3, 5, 10, 20)
    trials, repeats = r.pick(quick=(200, 300), full=(2000, 2000))
    truth = {name: float(f(scores(20000, r.rng)[None])[0]) for name, f in STATISTICS.items()}
    rows, width, covered = [], {}, {}
    for name in COLOURS:
        width[name], covered[name] = [], []
        for n in runs:
            ends = np.array(
                [bootstrap_interval(scores(n, r.rng), r.rng, name, LEVEL, repeats) for _ in range(trials)]
            )
            width[name].append(float(np.mean(ends[:, 1] - ends[:, 0])))
            inside = (ends[:, 0] <= truth[name]) & (truth[name] <= ends[:, 1])
            covered[name].append(float(inside.mean()))
        rows.append([NAMES[name], truth[name], *width[name], *covered[name]])
        r.metric(f"width_{name}_5_runs", width[name][1])
        r.metric(f"coverage_{name}_5_runs", covered[name][1])
        r.metric(f"coverage_{name}_20_runs", covered[name][3])
    columns = [
        "statistic",
        "true value",
        *(f"width, {n} runs" for n in runs),
        *(f"coverage, {n}" for n in runs),
    ]
    r.table(columns, rows, title=f"{trials} trials of {TASKS} tasks each")
    _, axes = r.figure("intervals", 1, 2, size=(10.5, 4.2))
    for name, colour in COLOURS.items():
        for ax, values in zip(axes, (width, covered), strict=True):
            ax.plot(runs, values[name], "o-", color=figures.COLOURS[colour], label=NAMES[name])
    axes[1].axhline(LEVEL, color="black", linestyle="--", label="what is promised")
    axes[0].set(
        title="Width of the 95% interval", xlabel="runs of each task", ylabel="mean width", ylim=(0, None)
    )
    axes[1].set(
        title="How often it holds the true value",
        xlabel="runs of each task",
        ylabel="share",
        ylim=(0, 1.02),
    )
    axes[1].legend(loc="lower right")
