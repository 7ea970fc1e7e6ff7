"""Runs of deep Q-learning with several seeds: evaluation while they learn, and at the end (§8.4)."""

from typing import NamedTuple

import keras
import numpy as np

from course import figures
from units.u09_reinforcement.dqn import DQN
from units.u09_reinforcement.dqn_agent import DQNAgent
from units.u09_reinforcement.environments import discrete_actions, make, observation_shape
from units.u09_reinforcement.evaluate import evaluate
from units.u09_reinforcement.interquartile_mean import interquartile_mean


class DQNRun(NamedTuple):
    """What a run left.

    Attributes:
        steps: the environment steps at each evaluation.
        returns: their returns, shape (evaluations, episodes).
        final: the returns of the last weights in episodes of their own seed.
        agent: the ``DQNAgent``, its environments closed.
    """

    steps: np.ndarray
    returns: np.ndarray
    final: np.ndarray
    agent: DQNAgent


def dqn_run(
    name, steps, seed=0, *, model, learning_rate, evaluations=10, episodes=20, last=100, decay=True, **options
):
    """Train a ``DQN`` on an environment, and evaluate its greedy policy on the way and at the end.

    The learning rate falls along a line to 0, so that the last updates change the policy less and less: the last
    weights are the ones that are evaluated.

    Args:
        name: the environment.
        steps: environment steps of training.
        seed: of everything. Evaluations have seeds of their own.
        model: arguments of ``DQN``, a dictionary.
        learning_rate: of Adam, at the start.
        evaluations, episodes: how many on the way, and of how many episodes each.
        last: number of episodes of the evaluation at the end.
        decay: whether the learning rate falls.
        **options: arguments of ``DQNAgent``.

    Returns:
        A ``DQNRun``.
    """
    keras.utils.set_random_seed(seed)
    environments = make(name)
    network = DQN(observation_shape(environments), discrete_actions(environments), **model)
    environments.close()
    rate = learning_rate
    if decay:
        updates = options.get("updates", 128) * steps // options.get("every", 256)
        rate = keras.optimizers.schedules.PolynomialDecay(rate, max(updates, 1), end_learning_rate=0.0)
    agent = DQNAgent(network, name, keras.optimizers.Adam(rate, global_clipnorm=10.0), seed=seed, **options)
    at, returns = [], []

    def after_block():
        if agent.interaction.steps >= steps * (len(at) + 1) / (evaluations + 1):
            at.append(agent.interaction.steps)
            returns.append(evaluate(network.act, name, episodes, seed=10_000 + seed, envs=episodes))

    try:
        agent.learn(steps, after_block)
    finally:
        agent.close()
    final = evaluate(network.act, name, last, seed=20_000 + seed, envs=min(last, 50))
    return DQNRun(np.array(at), np.array(returns), final, agent)


def draw_runs(ax, runs):
    """The interquartile mean over seeds and episodes against the steps, and the band of the seeds.

    Args:
        ax: Matplotlib axes.
        runs: list of ``DQNRun`` with the same number of evaluations.
    """
    x = runs[0].steps
    seeds = np.array([[interquartile_mean(row) for row in run.returns] for run in runs])
    together = [interquartile_mean([run.returns[i] for run in runs]) for i in range(len(x))]
    blue = figures.COLOURS["blue"]
    if len(runs) > 1:
        ax.fill_between(
            x, seeds.min(0), seeds.max(0), color=figures.pale(blue), label="lowest to highest seed"
        )
    ax.plot(
        x,
        together,
        "o-",
        color=blue,
        label="double DQN" if len(runs) == 1 else f"double DQN, {len(runs)} seeds",
    )


def where_the_time_goes(agent):
    """One sentence: environment steps in a second, and the shares of its parts."""
    shares = ", ".join(f"{part} {100 * share:.0f}%" for part, share in agent.watch.shares().items())
    speed = agent.interaction.steps / sum(agent.watch.seconds.values())
    return f"{speed:,.0f} environment steps a second: {shares}"
