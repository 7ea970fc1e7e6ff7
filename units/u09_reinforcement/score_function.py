"""The policy gradient and its estimators on a tiny decision process, where all episodes can be listed (§8.4)."""

from itertools import product
from typing import NamedTuple

import numpy as np
from keras import ops

from units.u03_optimization.hyperparameters import check_size

ESTIMATORS = ("whole return", "return from here", "with baseline")


class Trajectories(NamedTuple):
    """All episodes of a decision process with a fixed number of steps.

    Shapes: states s_t and actions a_t int (episodes, steps), rewards r_t (episodes, steps); chance (episodes,), the
    product of all P(s_{t+1} | s_t, a_t), which does not depend on the policy.
    """

    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    chance: np.ndarray


def trajectories(mdp, start, steps):
    """List all episodes of ``steps`` steps from a state: as many as (states · actions)^steps, so few steps.

    Args:
        mdp: an ``MDP``.
        start: s_0.
        steps: number of steps of each episode.

    Returns:
        ``Trajectories`` whose chance is positive.

    Raises:
        ValueError: ``start`` is no state, ``steps`` no positive whole number, or there are more than a million
            episodes.
    """
    mdp.require_state(start)
    check_size("steps", steps)
    if (mdp.states * mdp.actions) ** steps > 1_000_000:
        raise ValueError(
            f"{steps} steps have more than a million episodes: take fewer steps or a smaller process."
        )
    found = []
    for actions in product(range(mdp.actions), repeat=steps):
        for following in product(range(mdp.states), repeat=steps):
            states = (start, *following)
            moves = list(zip(states, actions, following, strict=False))
            chance = np.prod([mdp.P[move] for move in moves])
            if chance > 0:
                found.append((states[:-1], actions, [mdp.rewards[move] for move in moves], chance))
    return Trajectories(*(np.array(column) for column in zip(*found, strict=True)))


def expected_return(theta, listed, discount):
    """The expected return of the policy π(a | s) = softmax(θ_s)_a, a tensor that can be differentiated.

    J(θ) = ∑ over all episodes of chance · ∏_t π(a_t | s_t) · ∑_t γ^t r_t

    Args:
        theta: θ, shape (states, actions).
        listed: ``Trajectories``.
        discount: γ in [0, 1].

    Raises:
        ValueError: θ has too few states or actions for the episodes, or γ is not in [0, 1].
    """
    _require_fit(theta, listed, discount)
    logarithms = ops.log_softmax(theta, axis=-1)
    steps = listed.states.shape[1]
    chosen = sum(
        ops.take(ops.reshape(logarithms, (-1,)), listed.states[:, t] * theta.shape[1] + listed.actions[:, t])
        for t in range(steps)
    )
    weight = listed.chance * (listed.rewards @ discount ** np.arange(steps))
    return ops.sum(ops.exp(chosen) * ops.cast(weight, chosen.dtype))


def episode_probabilities(theta, listed):
    """chance · ∏_t π(a_t | s_t) for each episode, shape (episodes,)."""
    return listed.chance * _softmax(theta)[listed.states, listed.actions].prod(axis=1)


def gradient_estimates(theta, listed, discount, estimator):
    """What each episode alone says about the policy gradient.

    whole return       ∑_t ∇log π(a_t | s_t) G_0
    return from here   ∑_t ∇log π(a_t | s_t) γ^t G_t
    with baseline      ∑_t ∇log π(a_t | s_t) γ^t ( G_t − V_t(s_t) )

    All three have the expectation ∇J(θ). The first one also multiplies by rewards that came before the action, which
    adds nothing but noise. V_t(s), the expected G_t, is subtracted in the third.

    Args:
        theta: θ, shape (states, actions).
        listed: ``Trajectories``.
        discount: γ in [0, 1].
        estimator: one of ``ESTIMATORS``.

    Returns:
        Shape (episodes, states, actions). Its mean with the weights ``episode_probabilities`` is ∇J(θ).

    Raises:
        ValueError: there is no such estimator, θ has too few states or actions for the episodes, or γ is not in
            [0, 1].
    """
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator is one of {', '.join(ESTIMATORS)}, not {estimator!r}.")
    _require_fit(theta, listed, discount)
    policy, (episodes, steps) = _softmax(theta), listed.states.shape
    # G_t = ∑_{k ≥ t} γ^(k − t) r_k
    returns, following = np.zeros((episodes, steps)), 0.0
    for t in reversed(range(steps)):
        returns[:, t] = following = listed.rewards[:, t] + discount * following
    factors = discount ** np.arange(steps) * returns
    if estimator == "whole return":
        factors = np.repeat(returns[:, :1], steps, axis=1)
    if estimator == "with baseline":
        factors = factors - discount ** np.arange(steps) * _values(policy, listed, returns)
    estimates = np.zeros((episodes, *policy.shape))
    for t in range(steps):
        s, a = listed.states[:, t], listed.actions[:, t]
        # ∇_θ log π(a | s) is (one at a) − π(· | s) in row s, and 0 in the others
        estimates[np.arange(episodes), s] += factors[:, t, None] * (np.eye(policy.shape[1])[a] - policy[s])
    return estimates


def _values(policy, listed, returns):
    """V_t(s_t): the mean of G_t over all episodes that are in s_t at time t, by their probability."""
    weight = listed.chance * policy[listed.states, listed.actions].prod(axis=1)
    values = np.zeros_like(returns)
    for t in range(returns.shape[1]):
        for s in np.unique(listed.states[:, t]):
            here = listed.states[:, t] == s
            values[here, t] = weight[here] @ returns[here, t] / weight[here].sum()
    return values


def _require_fit(theta, listed, discount):
    if not 0 <= discount <= 1:
        raise ValueError(f"discount is a number from 0 to 1, not {discount}.")
    states, actions = int(listed.states.max()) + 1, int(listed.actions.max()) + 1
    shape = tuple(theta.shape)
    if len(shape) != 2 or shape[0] < states or shape[1] < actions:
        raise ValueError(
            f"theta has the axes (states, actions), at least ({states}, {actions}) for these episodes, not {shape}."
        )


def _softmax(theta):
    e = np.exp(theta - np.max(theta, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
