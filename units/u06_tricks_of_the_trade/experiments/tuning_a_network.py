"""Grid, random and Bayesian search for learning rate, weight decay and width of a small network."""

import numpy as np

from course import figures
from units.u06_tricks_of_the_trade.bayesian_search import BayesianSearch
from units.u06_tricks_of_the_trade.intervals import half_width
from units.u06_tricks_of_the_trade.search import Search
from units.u06_tricks_of_the_trade.search_space import Range, SearchSpace
from units.u06_tricks_of_the_trade.training_task import TrainingTask

SPACE = SearchSpace(
    {
        "learning_rate": Range(1e-4, 10.0, log=True),
        "weight_decay": Range(1e-5, 10.0, log=True),
        "width": Range(2, 16, whole=True),
    }
)
GRID = {"learning_rate": 4, "weight_decay": 2, "width": 2}
TRAININGS = 16  # of every search, as the grid has 4 × 2 × 2 settings
COLOURS = {"grid": "green", "random": "orange", "Bayesian": "blue"}


def run(r):
    d, seeds, epochs = r.data(), r.pick(quick=8, full=32), r.pick(quick=3, full=6)
    task = TrainingTask(
        d, goes_on=False, members=2 * seeds, samples=r.pick(quick=300, full=None), batch_size=50, seed=r.seed
    )
    searches = {method: [Search() for _ in range(seeds)] for method in COLOURS}
    rngs = [np.random.default_rng([r.seed, seed]) for seed in range(seeds)]
    chances = [SPACE.sample(TRAININGS, rng) for rng in rngs]
    asks = [BayesianSearch(SPACE, rng, initial=6, refit=2) for rng in rngs]

    for i in range(TRAININGS):
        # one training of two searches for every seed; all of them are trained side by side
        settings = [chance[i] for chance in chances] + [ask.suggest() for ask in asks]
        both = searches["random"] + searches["Bayesian"]
        for search, one, cost in zip(both, settings, task(settings, epochs), strict=True):
            search.add(one, cost)
        for ask, found in zip(asks, searches["Bayesian"], strict=True):
            ask.observe(found.settings[-1], np.log(found.costs[-1]))
    # the grid is the same for every seed, and so are its costs
    grid = SPACE.grid(GRID)
    for one, cost in zip(grid, task(grid, epochs), strict=True):
        for search in searches["grid"]:
            search.add(one, cost)

    logs = {method: np.log([search.best_cost for search in found]) for method, found in searches.items()}
    rows = []
    for method, values in logs.items():
        mean, half = values.mean(), half_width(values)
        ends = f"{np.exp(mean - half):.3f} … {np.exp(mean + half):.3f}"
        rows.append([method, f"{np.exp(mean):.3f}", ends, f"{np.exp(values.max()):.3f}"])
        r.metric(f"cost_{method.lower()}", np.exp(mean))
    title = f"Best validation cross-entropy after {TRAININGS} trainings of {epochs} epochs, {seeds} seeds"
    r.table(["search", "geometric mean", "95% interval", "worst seed"], rows, title=title)
    gain = logs["random"] - logs["Bayesian"]
    r.metric("gain_over_random", gain.mean())
    r.metric("gain_over_random_at_least", gain.mean() - half_width(gain))
    r.log("The gain is the logarithm of the ratio of the best costs, seed by seed.")
    draw(r, searches)


def draw(r, searches):
    _, axes = r.figure("searches", 1, 4, size=(12.5, 3.6))
    finite = [c for found in searches.values() for c in found[0].costs if np.isfinite(c)]
    for ax, (method, found) in zip(axes, searches.items(), strict=False):
        x, y = (
            np.array([one[name] for one in found[0].settings]) for name in ("learning_rate", "weight_decay")
        )
        costs = np.minimum(found[0].costs, max(finite))
        ax.scatter(x, y, c=costs, norm="log", cmap="viridis_r", vmin=min(finite), vmax=2.5, s=45)
        best = found[0].best_index
        ax.plot(x[best], y[best], "o", markersize=13, fillstyle="none", color=figures.COLOURS["red"])
        ax.set(xscale="log", yscale="log", title=method, xlabel="learning rate α")
        ax.set(xlim=(7e-5, 14), ylim=(7e-6, 14))
    axes[0].set_ylabel("weight decay")
    for method, found in searches.items():
        curve = np.exp(np.mean([np.log(search.best_so_far()) for search in found], axis=0))
        axes[3].plot(
            np.arange(1, len(curve) + 1), curve, color=figures.COLOURS[COLOURS[method]], label=method
        )
    axes[3].set(title="best cost so far", xlabel="trainings", yscale="log")
    axes[3].legend()
