"""Successive halving: give many settings a small budget, the best of them a larger one, and so on."""

import math

import numpy as np

from units.u06_tricks_of_the_trade.search import Search


def rounds(count, largest, eta=3, promotions=None):
    """How many settings each round trains, and the budget with which it ends.

    n_i = floor(n_0 η^(−i)),   R_i = R η^(i − q),   i = 0, …, q

    Args:
        count: n_0, the settings of the first round.
        largest: R, the budget of the last round.
        eta: η > 1: a share 1/η of the settings survives a round, and gets η times the budget.
        promotions: q; by default the largest number for which the last round still has a setting.

    Returns:
        A list of pairs (n_i, R_i).

    Raises:
        ValueError: η ≤ 1, there is no setting or no budget, or the last round would be empty.

    Example:
    >>> rounds(9, 27)
    [(9, 3), (3, 9), (1, 27)]
    """
    if not eta > 1 or count < 1 or not largest > 0:
        raise ValueError(
            f"successive halving needs η > 1, n_0 ≥ 1 and R > 0, got {eta}, {count} and {largest}."
        )
    if promotions is None:
        promotions = whole_logarithm(count, eta)
    # n_i = floor(n_0 η^(−i)),   R_i = R η^(i − q)
    found = [
        (math.floor(count / eta**i + 1e-9), largest / eta ** (promotions - i)) for i in range(promotions + 1)
    ]
    if promotions < 0 or found[-1][0] < 1:
        raise ValueError(f"{count} settings are not enough for {promotions} promotions with η = {eta}.")
    return [(n, int(r) if r == int(r) else r) for n, r in found]


def successive_halving(objective, settings, largest, eta=3, promotions=None, together=False):
    """Train all settings with a small budget, promote the best share 1/η, repeat with η times the budget.

    Budgets are totals: a setting that comes to a round with R_i has been trained with R_(i−1) before. Whether its
    training goes on from there or begins again is the objective's choice; ``spent`` says what either costs.

    Args:
        objective: (settings, budget) ↦ cost after training with that total budget.
        settings: the settings of the first round, a list of dictionaries.
        largest: R, the budget of the last round.
        eta: η.
        promotions: q, as in ``rounds``.
        together: the objective takes the list of the settings of a round, and returns their costs.

    Returns:
        A ``Search``; its ``best`` is the winner of the last round. A cost that is not finite is the worst one, and of
        equal costs the setting that came first is promoted first.

    References: Jamieson and Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, 2016.
    """
    search, alive = Search(), list(settings)
    for n, budget in rounds(len(alive), largest, eta, promotions):
        if search.costs:
            latest = search.costs[-len(alive) :]
            alive = [alive[i] for i in np.argsort(latest, kind="stable")[:n]]
        costs = objective(alive, budget) if together else [objective(one, budget) for one in alive]
        for one, cost in zip(alive, costs, strict=True):
            search.add(one, cost, budget)
    return search


def spent(plan, goes_on=True):
    """The training that a list of rounds costs, in units of the budget.

    ∑_i n_i (R_i − R_(i−1)) if promoted settings go on from their weights, ∑_i n_i R_i if they begin again
    """
    before = [0, *[budget for _, budget in plan[:-1]]] if goes_on else [0] * len(plan)
    return sum(n * (budget - earlier) for (n, budget), earlier in zip(plan, before, strict=True))


def whole_logarithm(number, base):
    """The largest q with base^q ≤ number; ``math.log(243, 3)`` is below 5 in floating point."""
    q = 0
    while base ** (q + 1) <= number * (1 + 1e-12):
        q += 1
    return q
