"""Truncation is not termination: the value that each way of bootstrapping finds (§8.4, ☆)."""

import numpy as np

from units.u03_optimization.hyperparameters import check_share, check_size

WAYS = ("truncation bootstraps", "truncation taken for termination", "dead transitions learned")


def endless_value(way, limit, discount):
    """The value to which each way converges where the reward is 1 for ever and episodes are truncated after N steps.

    All states look alike, so the value is the solution of V = E[r + γ (1 − stop) V] over the transitions:

    truncation bootstraps                V = 1 / (1 − γ)
    truncation taken for termination     V = 1 / (1 − γ (N − 1)/N)         every N-th target has no future
    dead transitions learned             V = N/(N + 1) · 1 / (1 − γ)       one reward 0 is added to N rewards 1

    Args:
        way: one of ``WAYS``.
        limit: N.
        discount: γ in [0, 1).

    Raises:
        ValueError: another way, or a number out of its range.
    """
    n, gamma = check_size("limit", limit), check_share("discount", discount)
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}, not {way!r}.")
    return {
        WAYS[0]: 1 / (1 - gamma),
        WAYS[1]: 1 / (1 - gamma * (n - 1) / n),
        WAYS[2]: n / (n + 1) / (1 - gamma),
    }[way]


def fitted_value(way, transitions, discount):
    """The value that a way finds from recorded transitions of a state that always looks the same.

    V = mean of r + γ (1 − stop) V over the transitions that are used, solved for V

    Args:
        way: one of ``WAYS``.
        transitions: list of ``Transitions``.
        discount: γ in [0, 1).

    Raises:
        ValueError: another way, no transition, or γ out of its range.
    """
    gamma = check_share("discount", discount)
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}, not {way!r}.")
    if not len(transitions):
        raise ValueError("There is no transition to learn from.")
    r, terminated, truncated, valid = (
        np.concatenate([getattr(t, name) for t in transitions])
        for name in ("reward", "terminated", "truncated", "valid")
    )
    stop = terminated | truncated if way == WAYS[1] else terminated
    used = np.ones_like(valid) if way == WAYS[2] else valid
    return float(r[used].mean() / (1 - gamma * (~stop[used]).mean()))
