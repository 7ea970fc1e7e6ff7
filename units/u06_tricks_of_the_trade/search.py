"""Grid search and random search, and the record that every search returns."""

import math

import numpy as np


class Search:
    """What a search has tried: settings, costs and budgets, in order.

    Attributes:
        settings: the settings, a list of dictionaries.
        costs: the cost of each, a list of floats; infinity where training diverged.
        budgets: with how much training each cost was reached.
    """

    def __init__(self):
        self.settings, self.costs, self.budgets = [], [], []

    def add(self, settings, cost, budget=1):
        """Record one evaluation; a cost that is not finite counts as infinitely bad."""
        cost = float(cost)
        self.settings.append(dict(settings))
        self.costs.append(cost if math.isfinite(cost) else math.inf)
        self.budgets.append(budget)

    @property
    def best_index(self):
        """The number of the evaluation with the lowest cost, among those with the largest budget."""
        if not self.costs:
            raise ValueError("the search has not tried anything yet.")
        most = np.array(self.budgets) == max(self.budgets)
        among = np.flatnonzero(most)
        return int(among[np.argmin(np.array(self.costs)[among])])

    @property
    def best(self):
        """The settings of that evaluation."""
        return self.settings[self.best_index]

    @property
    def best_cost(self):
        """Its cost."""
        return self.costs[self.best_index]

    def best_so_far(self):
        """The lowest cost after each evaluation, shape (evaluations,)."""
        return np.minimum.accumulate(np.array(self.costs))


def random_search(objective, space, budget, rng):
    """Evaluate independent random settings.

    With a grid of m^d points each of the d settings has m values; with as many random points each has m^d, which is
    what counts if only a few settings matter.

    Args:
        objective: settings ↦ cost.
        space: a ``SearchSpace``.
        budget: number of evaluations.
        rng: NumPy generator.

    Returns:
        A ``Search``.

    References: Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR 13 (2012).
    """
    return tried(objective, space.sample(budget, rng))


def grid_search(objective, space, points):
    """Evaluate all combinations of evenly spaced values, ``points`` for each range. Returns a ``Search``."""
    return tried(objective, space.grid(points))


def tried(objective, settings):
    """Evaluate a list of settings. Returns a ``Search``."""
    search = Search()
    for one in settings:
        search.add(one, objective(one))
    return search
