"""The return of a policy, estimated by whole episodes (§8.4)."""

import numpy as np

from units.u03_optimization.hyperparameters import check_size
from units.u09_reinforcement.environments import make
from units.u09_reinforcement.interaction import Interaction


def evaluate(act, name, episodes=100, seed=0, envs=10, **options):
    """The undiscounted returns of exactly the first ``episodes`` episodes that were **started**.

    When several copies run side by side, the first episodes to **end** are the short ones. Where an episode lasts as
    long as the policy is good, as in CartPole, their mean return is too low. So each episode has a number from its
    start, and those with the numbers 0, …, episodes − 1 are waited for.

    Args:
        act: function from observations (envs, …) float32 to actions (envs,) or (envs, size), NumPy arrays.
        name: what ``make`` takes, with its ``options``. Every episode has to end, by itself or by a limit.
        episodes: how many.
        seed: of the environments; choose another one than in training.
        envs: how many run side by side.

    Returns:
        The returns, float array (episodes,), in the order of the starts.
    """
    envs = min(check_size("envs", envs), check_size("episodes", episodes))
    environments = make(name, envs, seed, **options)
    try:
        interaction = Interaction(environments, seed)
        returns, total = np.zeros(episodes), np.zeros(envs)
        number, started = np.arange(envs), envs  # the episode that runs in each copy
        missing = episodes
        while missing:
            done = interaction.step(act(interaction.observation))
            total += done.reward
            for i in np.flatnonzero(done.terminated | done.truncated):
                if number[i] < episodes:
                    returns[number[i]] = total[i]
                    missing -= 1
                number[i], started, total[i] = started, started + 1, 0.0
    finally:
        environments.close()
    return returns
