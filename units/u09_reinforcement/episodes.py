"""Episodes: what an agent sees of a decision process (§8.4)."""

from typing import NamedTuple


class Step(NamedTuple):
    """One step: state s, action a, reward r, next state, and whether the episode ends with it."""

    s: int
    a: int
    r: float
    next_s: int
    end: bool


def episode(mdp, policy, start, rng, most=10_000):
    """Draw one episode under a policy.

    Args:
        mdp: an ``MDP`` with states that end an episode.
        policy: actions, shape (states,), or probabilities, shape (states, actions).
        start: the first state.
        rng: a NumPy generator.
        most: steps after which to give up.

    Returns:
        A list of ``Step``.

    Raises:
        ValueError: ``start`` is no state, or the episode has not ended after ``most`` steps.
    """
    mdp.require_state(start)
    until = mdp.probabilities(policy).cumsum(axis=-1)
    until[:, -1] = 1
    s, steps = start, []
    while not mdp.ends[s]:
        if len(steps) == most:
            raise ValueError(
                f"The episode has not ended after {most} steps: the policy may never reach an end."
            )
        a = int(until[s].searchsorted(rng.random(), side="right"))
        next_s, r = mdp.step(s, a, rng)
        steps.append(Step(s, a, r, next_s, bool(mdp.ends[next_s])))
        s = next_s
    return steps


def returns_of(steps, gamma):
    """The return of each step: G_t = r_t + γ G_{t+1}, and 0 after the last step.

    Args:
        steps: a list of ``Step``.
        gamma: γ in [0, 1].

    Returns:
        A list of numbers, one for each step.

    Raises:
        ValueError: γ outside [0, 1].
    """
    require_discount(gamma)
    G, returns = 0.0, []
    for step in reversed(steps):
        G = step.r + gamma * G
        returns.append(G)
    return returns[::-1]


def require_discount(gamma):
    """Raise ValueError unless γ is in [0, 1]."""
    if not 0 <= gamma <= 1:
        raise ValueError(f"gamma must lie in [0, 1], not {gamma}.")
