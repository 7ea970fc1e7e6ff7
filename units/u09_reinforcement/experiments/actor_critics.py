"""REINFORCE, A2C and PPO learn to balance a pole: how many steps does each need? (§8.4)"""

import keras
import numpy as np

from course import figures
from units.u09_reinforcement.a2c import A2C
from units.u09_reinforcement.episode_frames import episode_frames
from units.u09_reinforcement.evaluate import evaluate
from units.u09_reinforcement.interquartile_mean import bootstrap_interval, interquartile_mean
from units.u09_reinforcement.policy_gradient_agent import PolicyGradientAgent
from units.u09_reinforcement.ppo import PPO
from units.u09_reinforcement.reinforce import REINFORCE

NAME = "CartPole-v1"
COLOURS = {REINFORCE: "orange", A2C: "purple", PPO: "blue"}
QUICK = {
    REINFORCE: {"rate": 2e-2},
    A2C: {"rate": 3e-3, "piece": 8},
    PPO: {"rate": 5e-3, "epochs": 10, "trace": 0.8, "discount": 0.98},
}
FULL = {
    REINFORCE: {"rate": 5e-3},
    A2C: {"rate": 1e-3, "piece": 8},
    PPO: {"rate": 1e-3, "epochs": 20, "trace": 0.8, "discount": 0.98, "decay": True},
}


def run(r):
    steps, episodes = r.pick(quick=(5000, 10), full=(100_000, 100))
    seeds = [r.seed + i for i in range(r.pick(quick=1, full=3))]
    settings = r.pick(quick=QUICK, full=FULL)
    _, ax = r.figure("learning", size=(8, 4.2))
    rows, grid, best = [], np.linspace(0, steps, 26), {}
    for kind, colour in COLOURS.items():
        key, agents = kind.__name__.lower(), []
        for seed in seeds:
            with r.model(f"return_{key}") as record:
                agents.append(
                    trained(kind, seed, steps, r.pick(quick=(64,), full=(64, 64)), **settings[kind])
                )
        record.parameters = agents[0].model
        found = np.array(
            [
                evaluate(a.model.best, NAME, episodes, seed=1000 + s)
                for a, s in zip(agents, seeds, strict=True)
            ]
        )
        best[kind] = agents[0].model
        r.metric(f"return_{key}", found.mean())
        r.metric(f"first_{key}", np.mean([np.mean(a.returns[:20]) for a in agents]))
        r.metric(f"last_{key}", np.mean([np.mean(a.returns[-20:]) for a in agents]))
        shares = agents[0].watch.shares()
        speed = sum(a.steps for a in agents) / sum(sum(a.watch.seconds.values()) for a in agents)
        rows.append(
            [kind.__name__, found.mean(), len(agents[0].losses), speed]
            + [100 * shares[part] for part in ("environment", "acting", "learning")]
        )
        if r.full:
            low, high = bootstrap_interval(found, r.rng)
            r.metric(f"interquartile_mean_{key}", interquartile_mean(found))
            r.log(
                f"{kind.__name__}: interquartile mean {interquartile_mean(found):.1f}, interval {low:.1f} to {high:.1f}"
            )
        curves = np.array([curve(a, grid) for a in agents])
        ax.plot(grid, curves.mean(axis=0), color=figures.COLOURS[colour], label=kind.__name__)
        if len(agents) > 1:
            ends = curves.min(axis=0), curves.max(axis=0)
            ax.fill_between(grid, *ends, color=figures.COLOURS[colour], alpha=0.2, linewidth=0)
    columns = ["agent", "return", "pieces", "steps/s", "environment, %", "acting, %", "learning, %"]
    r.table(columns, rows, title=f"{steps} steps, {len(seeds)} seeds")
    ax.set(
        title="Return during training, mean of the last 20 episodes",
        xlabel="environment steps",
        ylabel="return",
    )
    ax.legend(loc="upper left")
    if r.full:
        frames, _ = episode_frames(best[PPO].best, NAME, seed=r.seed, every=10)
        fig, ax = r.figure("episode", size=(4, 2.8))
        ax.axis("off")
        picture = ax.imshow(frames[0])
        r.animation("episode", fig, lambda i: picture.set_data(frames[i]), len(frames), fps=10)


def trained(kind, seed, steps, units, rate, **options):
    """An agent after ``steps`` environment steps."""
    keras.utils.set_random_seed(seed)
    model = kind(4, 2, units=units)
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=0.5)
    model.compile(optimizer, steps_per_execution=options.get("epochs", 1))
    agent = PolicyGradientAgent(model, NAME, seed=seed, **options).learn(steps)
    agent.close()
    return agent


def curve(agent, grid):
    """The mean return of the last 20 episodes that had ended by each number of steps; NaN before the first end."""
    ends, returns = np.array(agent.ends), np.array(agent.returns)
    last = [np.flatnonzero(ends <= n)[-20:] for n in grid]
    return np.array([returns[i].mean() if len(i) else np.nan for i in last])
