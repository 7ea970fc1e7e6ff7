"""Deep Q-learning swings up a double pendulum by one motor: a reward of −1 for each step (§8.4)."""

import numpy as np

from units.u09_reinforcement.dqn_runs import dqn_run, draw_runs, where_the_time_goes
from units.u09_reinforcement.interquartile_mean import interquartile_mean

NAME = "Acrobot-v1"


def run(r):
    model = {
        "hidden": r.pick(quick=(64, 64), full=(128, 128)),
        "double": True,
        "period": 128,
        "follow": 1.0,
        "kappa": 100.0,
    }
    steps, seeds = r.pick(quick=4000, full=60_000), r.pick(quick=1, full=3)
    options = r.pick(
        quick={"envs": 16, "exploration": 2000, "evaluations": 2, "episodes": 10, "last": 10},
        full={"evaluations": 12},
    )
    runs = [
        dqn_run(NAME, steps, r.seed + i, model=model, learning_rate=1e-3, **options) for i in range(seeds)
    ]
    means = [run.final.mean() for run in runs]
    r.metric("return", np.mean(means))
    r.metric("return_iqm", interquartile_mean([run.final for run in runs]))
    r.table(
        ["seed", "mean return", "lowest", "highest"],
        [
            [r.seed + i, f"{run.final.mean():.1f}", f"{run.final.min():.0f}", f"{run.final.max():.0f}"]
            for i, run in enumerate(runs)
        ],
        title=f"{len(runs[0].final)} episodes of the last weights; −500 is the lowest possible return",
    )
    r.log(where_the_time_goes(runs[0].agent))
    _, ax = r.figure("curves", size=(8, 4.2))
    draw_runs(ax, runs)
    ax.set(
        title="Acrobot: interquartile mean of the return",
        xlabel="environment steps",
        ylabel="return",
        ylim=(-510, 0),
    )
    ax.legend(loc="lower right")
