"""Hyperband: successive halving for several first budgets, since nobody knows how early the best settings show."""

import math

from units.u06_tricks_of_the_trade.search import Search
from units.u06_tricks_of_the_trade.successive_halving import rounds, successive_halving, whole_logarithm


def brackets(largest, eta=3):
    """The rounds of every bracket of Hyperband.

    q_max = floor(log_η R);   bracket q = q_max, …, 0:   n_0 = ceil((q_max + 1)/(q + 1) · η^q),   first budget R η^(−q)

    Bracket q_max is the boldest: many settings and a small first budget; bracket 0 is random search with the full
    budget. Every bracket costs about (q_max + 1) R if promoted settings begin again.

    Args:
        largest: R ≥ 1, the most that one setting gets, in units of the smallest budget.
        eta: η > 1.

    Returns:
        One list of pairs (number of settings, budget) for each bracket, the boldest first.

    Raises:
        ValueError: R < 1 or η ≤ 1.

    Example:
    >>> brackets(9)
    [[(9, 1), (3, 3), (1, 9)], [(5, 3), (1, 9)], [(3, 9)]]

    References: Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, Hyperband, JMLR 18 (2018), algorithm 1.
    """
    if not eta > 1 or not largest >= 1:
        raise ValueError(f"Hyperband needs R ≥ 1 and η > 1, got {largest} and {eta}.")
    # q_max = floor(log_η R)
    most = whole_logarithm(largest, eta)
    # n_0 = ceil((q_max + 1)/(q + 1) · η^q)
    counts = [math.ceil((most + 1) / (q + 1) * eta**q - 1e-9) for q in range(most, -1, -1)]
    return [rounds(n, largest, eta, promotions=q) for n, q in zip(counts, range(most, -1, -1), strict=True)]


def hyperband(objective, space, largest, rng, eta=3, together=False):
    """Run all brackets once, each with new random settings.

    Args:
        objective: (settings, budget) ↦ cost, as in ``successive_halving``.
        space: a ``SearchSpace``.
        largest: R.
        rng: NumPy generator.
        eta: η.
        together: the objective takes the list of the settings of a round.

    Returns:
        A ``Search`` of all brackets; its ``best`` has the lowest cost among the settings that got R.
    """
    search = Search()
    for plan in brackets(largest, eta):
        found = successive_halving(
            objective, space.sample(plan[0][0], rng), largest, eta, len(plan) - 1, together
        )
        for one, cost, budget in zip(found.settings, found.costs, found.budgets, strict=True):
            search.add(one, cost, budget)
    return search
