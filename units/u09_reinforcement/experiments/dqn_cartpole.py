"""Deep Q-learning balances a pole, and with --full swings up a double pendulum: curves and an episode (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.dqn_runs import dqn_run, draw_runs, where_the_time_goes
from units.u09_reinforcement.episode_frames import episode_frames
from units.u09_reinforcement.evaluate import evaluate
from units.u09_reinforcement.interquartile_mean import interquartile_mean

MODEL = {"double": True, "period": 128, "follow": 1.0, "kappa": 100.0}
QUICK = {"envs": 16, "exploration": 2000, "begin": 300, "evaluations": 3, "last": 20}


def run(r):
    name, runs = "CartPole-v1", cartpole(r)
    r.model("return", runs[0].agent.model)
    rng = np.random.default_rng(r.seed)
    random = evaluate(lambda o: rng.integers(2, size=len(o)), name, 100, seed=5).mean()
    r.metric("return_random", random)
    r.metric("return", np.mean([run.final.mean() for run in runs]))
    r.metric("return_iqm", interquartile_mean([run.final for run in runs]))
    r.metric("environment_steps", max(run.agent.interaction.steps for run in runs))
    table(r, runs, "CartPole: 500 is the largest possible return")
    r.log(where_the_time_goes(runs[0].agent))
    _, ax = r.figure("curves", size=(6.8, 3.8))
    draw_runs(ax, runs)
    ax.axhline(random, color=figures.COLOURS["grey"], linestyle=":", label="random actions")
    ax.set(title="CartPole", xlabel="environment steps", ylabel="return (interquartile mean)", ylim=(0, 510))
    ax.legend()
    frames, _ = episode_frames(
        runs[-1].agent.model.act, name, seed=r.seed, every=3, longest=r.pick(quick=60, full=300)
    )
    fig, ax = r.figure("episode", size=(5, 3.4))
    image = ax.imshow(frames[0])
    ax.axis("off")
    ax.set_title("The beginning of an episode")
    r.animation("episode", fig, lambda i: image.set_data(frames[i]), len(frames), fps=10)
    if r.full:
        acrobot(r)


def cartpole(r):
    """Runs of one seed or of three."""
    hidden, rate = r.pick(quick=((64, 64), 2.3e-3), full=((128, 128), 1e-3))
    steps, options = r.pick(quick=(2560, QUICK), full=(80_000, {"evaluations": 18}))
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    model = {"hidden": hidden, **MODEL}
    runs = []
    for seed in seeds:
        with r.model("return"):
            runs.append(dqn_run("CartPole-v1", steps, seed, model=model, learning_rate=rate, **options))
    return runs


def acrobot(r):
    """The same agent on Acrobot: the reward is −1 for each step until the tip is high enough."""
    model = {"hidden": (128, 128), **MODEL}
    seeds = range(r.seed, r.seed + 3)
    runs = [dqn_run("Acrobot-v1", 60_000, s, model=model, learning_rate=1e-3, evaluations=12) for s in seeds]
    r.metric("acrobot_return", np.mean([run.final.mean() for run in runs]))
    table(r, runs, "Acrobot: −500 is the lowest possible return")
    _, ax = r.figure("acrobot", size=(8, 4.2))
    draw_runs(ax, runs)
    ax.set(title="Acrobot", xlabel="environment steps", ylabel="return (interquartile mean)", ylim=(-510, 0))
    ax.legend(loc="lower right")


def table(r, runs, title):
    """One row for each seed."""
    rows = [
        [
            r.seed + i,
            *[f"{f(run.final):.1f}" for f in (np.mean, np.min)],
            f"{run.agent.history[-1]['value']:.1f}",
        ]
        for i, run in enumerate(runs)
    ]
    r.table(["seed", f"mean of {len(runs[0].final)} episodes", "lowest", "mean Q(s, a)"], rows, title=title)
