"""Bayesian optimization: a Gaussian process predicts the cost, expected improvement chooses the next settings."""

import numpy as np

from units.u06_tricks_of_the_trade.expected_improvement import expected_improvement
from units.u06_tricks_of_the_trade.kernels import Kernel
from units.u06_tricks_of_the_trade.marginal_likelihood import fit_settings
from units.u06_tricks_of_the_trade.search import Search


class BayesianSearch:
    """Asks for one evaluation after the other: ``suggest`` settings, then ``observe`` their cost.

    The first settings are spread over the space. Then each is u = argmax EI(u), where EI uses the posterior of a
    Gaussian process in the unit cube, fitted to the standardized costs of all evaluations. A prior keeps its settings
    near usual ones while there are few evaluations: the likelihood alone would be sure too early.

    Args:
        space: a ``SearchSpace``.
        rng: NumPy generator.
        initial: number of settings before the first model.
        nu: ν of the Matérn kernel; it has a length scale for every axis.
        refit: fit the settings of the Gaussian process after every so many evaluations, and not each time.
        candidates: number of random points among which EI is maximized, before the best one is refined.

    Attributes:
        search: the ``Search`` so far.
        model: the last ``GaussianProcess``, or None.

    Raises:
        ValueError: fewer than two initial settings, no candidates, or ``refit`` below 1.

    References: Jones, Schonlau and Welch (1998); Snoek, Larochelle and Adams, Practical Bayesian optimization of
        machine learning algorithms, 2012.
    """

    def __init__(self, space, rng, initial=8, nu=2.5, refit=1, candidates=500):
        if initial < 2 or candidates < 1 or refit < 1:
            raise ValueError("a Bayesian search needs initial ≥ 2, candidates ≥ 1 and refit ≥ 1.")
        self.space, self.rng, self.refit, self.candidates = space, rng, refit, candidates
        self.search, self.model = Search(), None
        self._first = space.spread(initial, rng)
        self._points = np.zeros((0, len(space.axes)))
        # in a cube with d axes distances grow like √d, and so does the length scale that is thought of first
        axes = len(space.axes)
        self._kernel, self._noise = Kernel(nu, 1.0, np.full(axes, 0.25 * axes**0.5)), 1e-6
        center = np.append(self._kernel.logarithms, np.log(self._noise))
        self._prior = center, np.array([1.0, *[0.5] * axes, 2.0])

    def suggest(self):
        """The settings to try next."""
        done = len(self.search.costs)
        if done < len(self._first):
            return self._first[done]
        costs = self.standardized_costs()
        self.model = self._fitted(costs, steps=15 if (done - len(self._first)) % self.refit == 0 else 0)
        return self.space.settings(self.maximize_improvement(costs.min()))

    def observe(self, settings, cost):
        """Record the cost of settings, suggested or not."""
        self._points = np.vstack([self._points, self.space.point(settings)])
        self.search.add(settings, cost)

    def standardized_costs(self):
        """The costs with mean 0 and deviation 1; those above the upper quartile count as the quartile.

        How bad the bad settings are does not matter, and a few huge or infinite costs would hide all other differences.
        """
        costs = np.array(self.search.costs)
        finite = costs[np.isfinite(costs)]
        costs = np.minimum(costs, np.quantile(finite, 0.75) if finite.size else 0.0)
        return (costs - costs.mean()) / (costs.std() or 1.0)

    def maximize_improvement(self, best):
        """The point of the unit cube with the largest expected improvement, shape (axes,)."""
        axes = len(self.space.axes)

        def improvement(points):
            return expected_improvement(*self.model.posterior(points), best)

        incumbent = self._points[int(np.argmin(self.search.costs))]
        near = incumbent + 0.1 * self.rng.normal(size=(self.candidates // 5 + 1, axes))
        points = np.vstack([self.rng.uniform(size=(self.candidates, axes)), near])
        for radius in (0.05, 0.02, 0.01, 0.003):
            points = self.space.snap(np.clip(points, 0.0, 1.0))
            top = points[np.argsort(improvement(points))[-3:]]
            # around each of the three best points; the points themselves stay
            around = top[:, None] + radius * self.rng.normal(size=(len(top), 20, axes))
            points = np.vstack([top, around.reshape(-1, axes)])
        points = self.space.snap(np.clip(points, 0.0, 1.0))
        return points[int(np.argmax(improvement(points)))]

    def _fitted(self, costs, steps):
        model = fit_settings(
            self._points, costs, self._kernel, self._noise, prior=self._prior, max_steps=steps
        )
        self._kernel, self._noise = model.kernel, model.noise
        return model


def bayesian_search(objective, space, budget, rng, **options):
    """Minimize a cost with a fixed number of evaluations.

    Args:
        objective: settings ↦ cost.
        space: a ``SearchSpace``.
        budget: number of evaluations, those of the start included.
        rng: NumPy generator.
        **options: of ``BayesianSearch``.

    Returns:
        A ``Search``.

    Example:
    >>> space = SearchSpace({"x": Range(-2.0, 2.0)})
    >>> found = bayesian_search(lambda s: (s["x"] - 1) ** 2, space, 12, np.random.default_rng(0))
    >>> round(found.best["x"], 2)
    1.0
    """
    asks = BayesianSearch(space, rng, **options)
    for _ in range(budget):
        settings = asks.suggest()
        asks.observe(settings, objective(settings))
    return asks.search
