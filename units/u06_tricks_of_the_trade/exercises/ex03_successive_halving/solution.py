"""Successive halving, replayed on learning curves that are known."""

import itertools

import numpy as np


def plan(n, eta, first):
    """The rounds of successive halving.

    Args:
        n: number of settings.
        eta: η, a whole number from 2 on.
        first: epochs of the first round.

    Returns:
        A list of lists ``[settings, epochs]``, the first round first.
    """
    rounds = [[n, first]]
    while rounds[-1][0] > 1:
        m, epochs = rounds[-1]
        rounds.append([max(1, m // eta), eta * epochs])
    return rounds


def winner(curves, eta, first):
    """The number of the setting that the last round trains.

    Args:
        curves: validation costs, shape (settings, epochs).
        eta: η.
        first: epochs of the first round.

    Returns:
        A whole number.
    """
    curves = np.asarray(curves)
    alive = np.arange(len(curves))
    rounds = plan(len(curves), eta, first)
    for (_, epochs), (survivors, _) in itertools.pairwise(rounds):
        costs = curves[alive, min(epochs, curves.shape[1]) - 1]
        alive = np.sort(alive[np.argsort(costs, kind="stable")[:survivors]])
    return int(alive[0])


def epochs_spent(n, eta, first, longest):
    """The training that the search costs, in two ways.

    Args:
        n: number of settings.
        eta: η.
        first: epochs of the first round.
        longest: the most epochs that one setting gets in total.

    Returns:
        ``[going on, beginning again]``, two whole numbers.
    """
    going_on, again, before = 0, 0, 0
    for m, epochs in plan(n, eta, first):
        epochs = min(epochs, longest)
        going_on += m * (epochs - before)
        again += m * epochs
        before = epochs
    return [going_on, again]


def regret(curves, eta, first):
    """How much worse the winner is in the end than the best setting.

    Args:
        curves: validation costs, shape (settings, epochs).
        eta: η.
        first: epochs of the first round.

    Returns:
        A number ≥ 0, infinity if the winner diverges.
    """
    last = np.asarray(curves)[:, -1]
    cost = last[winner(curves, eta, first)]
    return float("inf") if np.isnan(cost) else float(cost - np.nanmin(last))
