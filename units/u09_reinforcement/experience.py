"""Record what a policy does: a fixed number of steps, or one whole episode in each environment (§8.4)."""

import numpy as np

from course.errors import CourseError
from units.u09_reinforcement.gae import gae
from units.u09_reinforcement.interaction import Interaction, Transitions
from units.u09_reinforcement.returns import discounted_returns

SMALLEST, LONGEST = 1024, 100_000  # rows of a batch of episodes; steps of an episode


def rollout(model, interaction, steps, discount, trace, rng, watch):
    """Do ``steps`` steps in all environments, and estimate the advantages by ``gae``.

    Args:
        model: an ``ActorCritic``.
        interaction: an ``Interaction``; the next rollout goes on where this one ends.
        steps: how many in each environment.
        discount: γ.
        trace: λ.
        rng: a NumPy generator, for the actions.
        watch: a ``Stopwatch``.

    Returns:
        A batch for the model: a dictionary of arrays with the leading axis batch = steps · envs.
    """
    d = _joined([_step(model, interaction, rng, watch) for _ in range(steps)])
    with watch("acting"):
        # V of all observations and of the last one, for which any action will do
        seen = np.concatenate([d.observation, interaction.observation[None]])
        actions = np.concatenate([d.action, d.action[:1]])
        value, log_probability = (
            x.reshape(actions.shape) for x in model.look_back(_rows(seen), _rows(actions))
        )
        advantage = gae(d.reward, value, d.terminated, d.truncated, discount, trace, d.valid)
    found = advantage, advantage + value[:-1], log_probability[:-1], d.valid
    return _batch(_rows(d.observation), _rows(d.action), *(_rows(x) for x in found))


def whole_episodes(model, environments, seed, discount, rng, watch):
    """Play one whole episode in each environment; the advantage of a step is G_t − V(s_t).

    Where an episode was truncated, V of its last observation stands for the rewards that did not come.

    Args:
        model: an ``ActorCritic``.
        environments: from ``make``; each begins a new episode.
        seed: of the initial states.
        discount: γ.
        rng: a NumPy generator, for the actions.
        watch: a ``Stopwatch``.

    Returns:
        A batch for the model, filled up to 1,024, 4,096, 16,384, … rows with some that are not valid, so that the
        training step is compiled for few shapes; the returns of the episodes, without discount; their lengths.

    Raises:
        CourseError: an episode does not end.
    """
    interaction, done = Interaction(environments, seed), []
    playing, plays = np.ones(environments.num_envs, bool), []
    last = np.array(interaction.observation)
    while playing.any():
        if len(done) == LONGEST:
            raise CourseError(
                f"An episode has not ended after {LONGEST} steps, and REINFORCE needs whole episodes: choose an "
                "environment whose episodes end, or A2C or PPO."
            )
        done.append(_step(model, interaction, rng, watch))
        plays.append(playing.copy())
        last[playing] = done[-1].next_observation[playing]
        playing &= ~(done[-1].terminated | done[-1].truncated)
    d, plays = _joined(done), np.stack(plays)
    with watch("acting"):
        after = model.look_back(last, d.action[0])[0]
        # r_T + γ V(s_{T+1}) if the episode was cut off after step T
        cut = plays & d.truncated & ~d.terminated
        returns = discounted_returns(
            np.where(plays, d.reward, 0.0) + discount * cut * after, d.terminated | d.truncated, discount
        )[plays]
        rows = SMALLEST
        while rows < plays.sum():
            rows *= 4
        observation, action, returns, valid = (
            _filled(x, rows) for x in (d.observation[plays], d.action[plays], returns, np.ones(plays.sum()))
        )
        value, log_probability = model.look_back(observation, action)
    batch = _batch(observation, action, returns - value, returns, log_probability, valid)
    return batch, (d.reward * plays).sum(axis=0).tolist(), plays.sum(axis=0).tolist()


def _step(model, interaction, rng, watch):
    with watch("acting"):
        action = model.act(interaction.observation, rng)
    with watch("environment"):
        return interaction.step(action)


def _joined(done):
    """Transitions with the axes (steps, envs, …)."""
    return Transitions(*(np.stack(arrays) for arrays in zip(*done, strict=True)))


def _rows(x):
    """The axes (steps, envs) as one."""
    return x.reshape(-1, *x.shape[2:])


def _filled(x, rows):
    return np.concatenate([x, np.zeros((rows - len(x), *x.shape[1:]), x.dtype)])


def _batch(observation, action, advantage, target, log_probability, valid):
    return {
        "observation": observation.astype("float32"),
        "action": action.astype("int32"),
        "advantage": advantage.astype("float32"),
        "target": target.astype("float32"),
        "log_probability": log_probability.astype("float32"),
        "valid": valid.astype("float32"),
    }
