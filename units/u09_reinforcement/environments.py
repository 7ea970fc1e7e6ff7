"""Gymnasium environments for the agents of this unit: several copies that are stepped together (§8.4)."""

import difflib
import importlib

import numpy as np

from course.backend import install
from course.errors import CourseError
from units.u03_optimization.hyperparameters import check_size


def gymnasium():
    """Gymnasium, which is imported when it is first needed.

    Raises:
        CourseError: it is not installed.
    """
    try:
        return importlib.import_module("gymnasium")
    except ImportError:
        raise CourseError(f"Environments need Gymnasium, which is not installed: {install('rl')}.") from None


def make(name, envs=1, seed=0, **options):
    """Make ``envs`` copies of an environment, which are stepped together.

    After the end of an episode a copy is reset by the **next** step, which ignores its action (Gymnasium calls this
    next-step autoreset); ``Interaction`` marks what comes from that step as not valid.

    Args:
        name: the id of a registered environment, such as ``"CartPole-v1"``, or a class, such as one of ``PROBES``.
        envs: number of copies.
        seed: a whole number ≥ 0, for the initial states and for ``action_space.sample()``.
        **options: arguments of the environment itself, such as ``render_mode``.

    Returns:
        A ``gymnasium.vector.SyncVectorEnv`` that has been reset; its observations have the axes (envs, …).

    Raises:
        ValueError: there is no environment of this name, it does not take the options, ``envs`` is no positive
            whole number, or ``seed`` no whole number ≥ 0.
        CourseError: Gymnasium, or a library that the environment needs, is not installed.

    References: §8.4; Towers et al. (2024), Gymnasium: a standard interface for reinforcement learning environments.
    """
    gym = gymnasium()
    check_size("envs", envs)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be a whole number ≥ 0, not {seed!r}.")
    if isinstance(name, type):
        copies = [lambda: name(**options)] * envs
    else:
        _require_known(name, gym)
        copies = [lambda: gym.make(name, disable_env_checker=True, **options)] * envs
    mode = gym.vector.AutoresetMode.NEXT_STEP
    try:
        environments = gym.vector.SyncVectorEnv(copies, copy=False, autoreset_mode=mode)
    except gym.error.DependencyNotInstalled as error:
        raise CourseError(f"The environment {name} needs a library that is not installed: {error}") from None
    except TypeError as error:
        if not options:
            raise
        raise ValueError(f"The environment {name} does not take the options {options}: {error}.") from None
    reset(environments, seed)
    environments.action_space.seed(seed)
    return environments


def reset(environments, seed):
    """Begin new episodes in all copies, each with a seed of its own; return the observations (envs, …).

    Gymnasium's own ``reset(seed=s)`` gives copy i the seed s + i, so that runs with the seeds 0 and 1 would share all
    initial states but one. Here the seeds of the copies are drawn from ``seed``.
    """
    seeds = np.random.SeedSequence(seed).generate_state(environments.num_envs)
    return environments.reset(seed=[int(s) for s in seeds])[0]


def observation_shape(environments):
    """The shape of one observation, for a network that reads arrays of numbers.

    Raises:
        ValueError: the observations are no arrays of numbers (a state number, a dictionary).
    """
    space = environments.single_observation_space
    if not isinstance(space, gymnasium().spaces.Box):
        raise ValueError(
            f"The agents of this unit read arrays of numbers, but this environment observes {space}: "
            "choose another environment, or turn the observation into an array with a wrapper."
        )
    return space.shape


def discrete_actions(environments):
    """The number of actions; the actions are 0, 1, ….

    Raises:
        ValueError: the action is not one of finitely many.
    """
    space = environments.single_action_space
    if not isinstance(space, gymnasium().spaces.Discrete) or space.start != 0:
        raise ValueError(
            f"This agent needs actions 0, 1, …, n − 1, but the environment has the action space {space}: choose "
            "another environment, or an agent for continuous actions (SAC)."
        )
    return int(space.n)


def continuous_actions(environments):
    """The size of an action, and the lowest and the highest action, arrays (size,).

    Raises:
        ValueError: the action is no vector of numbers between finite bounds.
    """
    space = environments.single_action_space
    if (
        not isinstance(space, gymnasium().spaces.Box)
        or len(space.shape) != 1
        or not (np.isfinite(space.low).all() and np.isfinite(space.high).all())
    ):
        raise ValueError(
            "This agent needs an action that is a vector of numbers between finite bounds, but the environment has "
            f"the action space {space}: choose another environment, or an agent for discrete actions (DQN, PPO)."
        )
    return space.shape[0], space.low.astype("float32"), space.high.astype("float32")


def _require_known(name, gym):
    known = list(gym.registry)
    if not isinstance(name, str) or (name not in known and ":" not in name):
        near = difflib.get_close_matches(str(name), known, n=3)
        advice = f"did you mean {' or '.join(near)}?" if near else "gymnasium.registry lists all names."
        raise ValueError(f"There is no environment {name!r}: {advice}")
