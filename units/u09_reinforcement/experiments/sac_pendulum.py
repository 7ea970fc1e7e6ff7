"""SAC swings up a pendulum: a continuous action, learned from a replay buffer (§8.4)."""

import keras
import numpy as np

from course import figures
from units.u09_reinforcement.episode_frames import episode_frames
from units.u09_reinforcement.evaluate import evaluate
from units.u09_reinforcement.interquartile_mean import bootstrap_interval, interquartile_mean
from units.u09_reinforcement.sac import SAC
from units.u09_reinforcement.sac_agent import SACAgent

NAME = "Pendulum-v1"


def run(r):
    seeds = [r.seed + i for i in range(r.pick(quick=1, full=3))]
    steps, episodes = r.pick(quick=(2000, 10), full=(10_000, 100))
    agents = []
    for seed in seeds:
        with r.model("return") as record:
            agents.append(trained(r, seed, steps))
    record.parameters = agents[0].model
    r.model("return_of_random_actions", 0)
    found = np.array(
        [evaluate(a.model.best, NAME, episodes, seed=1000 + s) for a, s in zip(agents, seeds, strict=True)]
    )
    random = evaluate(
        lambda s: r.rng.uniform(-2, 2, size=(len(s), 1)).astype("float32"), NAME, episodes, seed=999
    )
    r.metric("return", found.mean())
    r.metric("return_of_random_actions", random.mean())
    r.metric("alpha_at_the_end", np.mean([a.history[-1]["alpha"] for a in agents]))
    r.metric("entropy_at_the_end", np.mean([np.mean([h["entropy"] for h in a.history[-8:]]) for a in agents]))
    if r.full:
        r.metric("interquartile_mean", interquartile_mean(found))
        low, high = bootstrap_interval(found, r.rng)
        r.log(f"interquartile mean: {interquartile_mean(found):.1f}, 95% interval {low:.1f} to {high:.1f}")
    seconds = sum(sum(a.watch.seconds.values()) for a in agents)
    shares = ", ".join(f"{part} {100 * share:.0f}%" for part, share in agents[0].watch.shares().items())
    r.log(f"{len(seeds) * steps / seconds:.0f} environment steps a second; {shares}")

    _, axes = r.figure("learning", 1, 2, size=(10.5, 4.2))
    for agent, seed, colour in zip(agents, seeds, figures.CYCLE, strict=False):
        axes[0].plot(agent.ends, agent.interaction.returns, ".-", color=colour, label=f"seed {seed}")
        axes[1].plot([h["steps"] for h in agent.history], [h["alpha"] for h in agent.history], color=colour)
    axes[0].axhline(random.mean(), color="black", linestyle="--", label="random actions")
    axes[0].set(title="Return of each training episode", xlabel="environment steps", ylabel="return")
    axes[1].set(title="Weight α of the entropy", xlabel="environment steps", ylabel="α", ylim=(0, None))
    axes[0].legend(loc="lower right")
    if r.full:
        frames, _ = episode_frames(agents[0].model.best, NAME, seed=r.seed, every=4)
        fig, ax = r.figure("episode", size=(3, 3))
        ax.axis("off")
        picture = ax.imshow(frames[0])
        r.animation("episode", fig, lambda i: picture.set_data(frames[i]), len(frames), fps=10)


def trained(r, seed, steps):
    """An agent after ``steps`` environment steps."""
    keras.utils.set_random_seed(seed)
    network = r.pick(
        quick={"units": (32, 32), "learning_rate": 3e-3, "follow": 0.02}, full={"units": (64, 64)}
    )
    learning = r.pick(quick={"batch": 64}, full={"batch": 128})
    agent = SACAgent(SAC(3, [-2.0], [2.0], seed=seed, **network), NAME, seed=seed, **learning)
    agent.learn(steps)
    agent.close()
    return agent
