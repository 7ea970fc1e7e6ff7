"""A zero-sum game of costs: saddle points, mixtures, best answers, and play by turns."""

import numpy as np


def saddle_points(costs):
    """All entries that are the smallest of their column and the largest of their row.

    Args:
        costs: what the row player pays, shape (rows, columns).

    Returns:
        A list of lists ``[row, column]``, sorted by row, then by column.
    """
    costs = np.asarray(costs)
    smallest = costs == costs.min(axis=0, keepdims=True)
    largest = costs == costs.max(axis=1, keepdims=True)
    return [[int(i), int(j)] for i, j in np.argwhere(smallest & largest)]


def mixture(costs):
    """The solution of a game with two rows and two columns.

    Args:
        costs: what the row player pays, shape (2, 2).

    Returns:
        ``[value, share of row 0, share of column 0]``, three numbers.
    """
    pure = saddle_points(costs)
    if pure:
        i, j = pure[0]
        return [float(costs[i][j]), 1.0 - i, 1.0 - j]
    (a, b), (c, d) = np.asarray(costs, "float64")
    total = a + d - b - c
    return [(a * d - b * c) / total, (d - c) / total, (d - b) / total]


def gains(costs, r, c):
    """What each player saves or earns by the best answer to the other's strategy.

    Args:
        costs: what the row player pays, shape (rows, columns).
        r: strategy of the row player, shape (rows,).
        c: strategy of the column player, shape (columns,).

    Returns:
        ``[gain of the row player, gain of the column player]``, two numbers ≥ 0.
    """
    costs, r, c = np.asarray(costs), np.asarray(r), np.asarray(c)
    now = r @ costs @ c
    return [float(now - (costs @ c).min()), float((r @ costs).max() - now)]


def play_by_turns(costs, first, rounds):
    """Fictitious play in which the column player sees the row of the same round.

    Args:
        costs: what the row player pays, shape (rows, columns).
        first: the row of the first round.
        rounds: number of rounds.

    Returns:
        ``[frequencies of the rows, frequencies of the columns]``.
    """
    costs = np.asarray(costs, "float64")
    rows, columns = np.zeros(costs.shape[0]), np.zeros(costs.shape[1])
    i = first
    for _ in range(rounds):
        rows[i] += 1
        columns[np.argmax(rows @ costs)] += 1
        i = np.argmin(costs @ columns)
    return [rows / rounds, columns / rounds]
