"""A probe environment of one's own, its exact values, and the faults of agents, found from what they answer."""

import numpy as np

FAULTS = (  # given
    "none",
    "no bootstrap",
    "discounts twice",
    "truncation ends",
    "dead steps learned",
    "blind",
    "termination bootstraps",
)


def step(position, t, action, length, limit):
    """One step in a corridor, for a batch of episodes.

    Args:
        position: cells 0, …, length − 2, integers of shape (batch,).
        t: how many steps each episode has done, integers of shape (batch,).
        action: 1 goes one cell to the right, 0 one cell to the left; in cell 0 it stays. Shape (batch,).
        length: number of cells; the last one is the goal.
        limit: number of steps after which an episode is truncated.

    Returns:
        Next position, reward, terminated, truncated; each of shape (batch,), the last two booleans.
    """
    position = np.maximum(position + np.where(action == 1, 1, -1), 0)
    terminated = position == length - 1
    truncated = (t + 1 >= limit) & ~terminated
    return position, terminated.astype(float), terminated, truncated


def corridor_values(length, discount):
    """The optimal values of the actions in the corridor, in which an episode goes on after a truncation.

    Args:
        length: number of cells.
        discount: γ in (0, 1).

    Returns:
        Q*(cell, action), shape (length − 1, 2).
    """
    cells = np.arange(length - 1)
    v = discount ** (length - 2.0 - cells)
    return np.stack([discount * v[np.maximum(cells - 1, 0)], v], axis=1)


def answers(fault, discount, limit):
    """What an agent with a fault finds: V on "constant", V(0) and V(1) on "delayed", V on "endless".

    Args:
        fault: one of ``FAULTS``.
        discount: γ in (0, 1).
        limit: N, the number of steps after which "endless" is truncated.

    Returns:
        Four numbers, shape (4,).
    """
    g, n = discount, limit
    return np.array(
        {
            "none": [1, g, 1, 1 / (1 - g)],
            "no bootstrap": [1, 0, 1, 1],
            "discounts twice": [1, g**2, 1, 1 / (1 - g**2)],
            "truncation ends": [1, g, 1, 1 / (1 - g * (n - 1) / n)],
            # V = (1 + γ V) / 2;  V(1) = (1 + γ V(0)) / 2 and V(0) = γ V(1);  V = N / (N + 1) + γ V
            "dead steps learned": [1 / (2 - g), g / (2 - g**2), 1 / (2 - g**2), n / (n + 1) / (1 - g)],
            # V = (γ V + 1) / 2 for both observations
            "blind": [1, 1 / (2 - g), 1 / (2 - g), 1 / (1 - g)],
            # V = 1 + γ V
            "termination bootstraps": [1 / (1 - g), g / (1 - g), 1 / (1 - g), 1 / (1 - g)],
        }[fault],
        dtype=float,
    )


def diagnose(measured, discount, limit):
    """Which fault each agent has: the one whose answers are nearest, relative to their size.

    The distance of measured answers m from expected ones e is ∑ ((m − e) / (1 + ∣e∣))².

    Args:
        measured: the answers of some agents, shape (batch, 4).
        discount: γ.
        limit: N.

    Returns:
        Places in ``FAULTS``, integers of shape (batch,).
    """
    expected = np.stack([answers(fault, discount, limit) for fault in FAULTS])
    distance = ((measured[:, None] - expected) / (1 + np.abs(expected))) ** 2
    return distance.sum(axis=2).argmin(axis=1)
