"""Deep Q-learning balances a pole: curves of several seeds, and an episode to look at (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.dqn_runs import dqn_run, draw_runs, where_the_time_goes
from units.u09_reinforcement.episode_frames import episode_frames
from units.u09_reinforcement.evaluate import evaluate
from units.u09_reinforcement.interquartile_mean import interquartile_mean

NAME, FRAMES = "CartPole-v1", 20


def run(r):
    hidden = r.pick(quick=(64, 64), full=(128, 128))
    model = {"hidden": hidden, "double": True, "period": 128, "follow": 1.0, "kappa": 100.0}
    steps, seeds = r.pick(quick=2560, full=80_000), r.pick(quick=1, full=3)
    options = r.pick(
        quick={"envs": 16, "exploration": 2000, "begin": 300, "evaluations": 4, "last": 20},
        full={"evaluations": 18},
    )
    runs = [
        dqn_run(
            NAME, steps, r.seed + i, model=model, learning_rate=r.pick(quick=2.3e-3, full=1e-3), **options
        )
        for i in range(seeds)
    ]
    rng = np.random.default_rng(r.seed)
    random = evaluate(lambda o: rng.integers(2, size=len(o)), NAME, 100, seed=5)
    means = [run.final.mean() for run in runs]
    r.metric("return_random", random.mean())
    r.metric("return", np.mean(means))
    r.metric("return_iqm", interquartile_mean([run.final for run in runs]))
    r.metric("environment_steps", max(run.agent.interaction.steps for run in runs))
    r.table(
        ["seed", "mean return", "lowest", "mean Q(s, a)"],
        [
            [
                r.seed + i,
                f"{run.final.mean():.1f}",
                f"{run.final.min():.0f}",
                f"{run.agent.history[-1]['value']:.1f}",
            ]
            for i, run in enumerate(runs)
        ],
        title=f"{len(runs[0].final)} episodes of the last weights; the largest possible return is 500",
    )
    r.log(where_the_time_goes(runs[0].agent))
    curves(r, runs, random.mean())
    film(r, runs[-1].agent.model)


def curves(r, runs, random):
    """How the return grows."""
    _, ax = r.figure("curves", size=(8, 4.2))
    draw_runs(ax, runs)
    ax.axhline(random, color=figures.COLOURS["grey"], linestyle=":", label="random actions")
    ax.set(
        title="CartPole: interquartile mean of the return",
        xlabel="environment steps",
        ylabel="return",
        ylim=(0, 510),
    )
    ax.legend(loc="best")


def film(r, model):
    """An episode as a GIF."""
    frames, _ = episode_frames(
        model.act, NAME, seed=r.seed, every=2, longest=r.pick(quick=2, full=10) * FRAMES
    )
    fig, ax = r.figure("episode", size=(5, 3.4))
    image = ax.imshow(frames[0])
    ax.axis("off")
    ax.set_title("The first steps of an episode")
    r.animation("episode", fig, lambda i: image.set_data(frames[i]), len(frames), fps=10)
