"""Random search, successive halving and Hyperband with the same number of epochs."""

import numpy as np

from course import figures
from units.u06_tricks_of_the_trade.hyperband import brackets, hyperband
from units.u06_tricks_of_the_trade.intervals import half_width
from units.u06_tricks_of_the_trade.search import Search
from units.u06_tricks_of_the_trade.search_space import Range, SearchSpace
from units.u06_tricks_of_the_trade.successive_halving import rounds, spent, successive_halving
from units.u06_tricks_of_the_trade.training_task import TrainingTask

SPACE = SearchSpace(
    {
        "learning_rate": Range(1e-3, 10.0, log=True),
        "weight_decay": Range(1e-5, 1.0, log=True),
        "width": Range(2, 16, whole=True),
    }
)
LARGEST, FIRST = 9, 27  # R epochs, n settings
COLOURS = {"random search": "orange", "halving": "blue", "Hyperband": "green"}


def run(r):
    d, seeds = r.data(), r.pick(quick=3, full=20)
    r.table(
        ["bracket", *(f"round {i}" for i in range(5))],
        [
            [len(plan) - 1, *(f"{n} × {budget}" for n, budget in plan), *[""] * (5 - len(plan))]
            for plan in brackets(81)
        ],
        title="Hyperband with R = 81 and η = 3: settings × budget (the table of Li et al., 2018)",
    )
    plan = rounds(FIRST, LARGEST, promotions=2)
    epochs = spent(plan)  # what every search may spend: promoted networks go on from their weights
    task = TrainingTask(d, samples=r.pick(quick=400, full=None), seed=r.seed)
    costs, used = {name: [] for name in COLOURS}, {name: [] for name in COLOURS}
    shown = None
    for seed in range(r.seed, r.seed + seeds):
        for name in COLOURS:
            task.restart(seed)
            found = search(name, task, epochs, np.random.default_rng(seed))
            shown = found if shown is None and name == "halving" else shown
            costs[name].append(found.best_cost)
            used[name].append(task.epochs)
    rows = []
    for name, values in costs.items():
        mean, half = np.mean(np.log(values)), half_width(np.log(values))
        ends = f"{np.exp(mean - half):.3f} … {np.exp(mean + half):.3f}"
        rows.append([name, int(np.mean(used[name])), f"{np.exp(mean):.3f}", ends])
        key = name.replace(" ", "_").lower()
        r.metric(f"cost_{key}", np.exp(mean))
        r.metric(f"epochs_{key}", np.mean(used[name]))
    gain = np.log(costs["random search"]) - np.log(costs["halving"])
    r.metric("gain_of_halving", gain.mean())
    r.metric("gain_of_halving_at_least", gain.mean() - half_width(gain))
    title = (
        f"Best validation cross-entropy of {seeds} seeds; the gain is the logarithm of the ratio of the costs"
    )
    r.table(["search", "epochs", "geometric mean", "95% interval"], rows, title=title)
    r.log(
        f"Promoted networks go on from their weights: {epochs} epochs. If they began again, the same plan would cost "
        f"{spent(plan, goes_on=False)}."
    )
    draw(r, shown, costs)


def search(name, task, epochs, rng):
    """One search; random search trains as many settings for R epochs as the others can pay for."""
    if name == "Hyperband":
        return hyperband(task, SPACE, LARGEST, rng, together=True)
    if name == "halving":
        return successive_halving(task, SPACE.sample(FIRST, rng), LARGEST, promotions=2, together=True)
    found, settings = Search(), SPACE.sample(epochs // LARGEST, rng)
    for one, cost in zip(settings, task(settings, LARGEST), strict=True):
        found.add(one, cost, LARGEST)
    return found


def draw(r, shown, costs):
    _, axes = r.figure("halving", 1, 2, size=(11, 3.9), width_ratios=(1.3, 1))
    curves = {}
    for one, cost, budget in zip(shown.settings, shown.costs, shown.budgets, strict=True):
        curves.setdefault(tuple(one.values()), []).append((budget, min(cost, 6.0)))
    for curve in curves.values():
        colour = figures.COLOURS[("grey", "sky", "blue")[len(curve) - 1]]
        axes[0].plot(*zip(*curve, strict=True), "o-", color=colour, zorder=len(curve))
    axes[0].set(
        title="27 settings, 9 go on, 3 go on", xlabel="epochs", ylabel="validation cost", yscale="log"
    )
    axes[0].set(xscale="log", xticks=[1, 3, 9], xticklabels=["1", "3", "9"])
    axes[0].set(yticks=[0.3, 1, 3], yticklabels=["0.3", "1", "3"])
    axes[0].minorticks_off()
    for i, (name, values) in enumerate(costs.items()):
        colour = figures.COLOURS[COLOURS[name]]
        axes[1].plot(values, np.full(len(values), i), "o", color=colour, alpha=0.6)
        middle = np.exp(np.mean(np.log(values)))
        axes[1].plot(middle, i, "|", color=figures.COLOURS["black"], markersize=22, markeredgewidth=2)
    axes[1].set(title="best cost of every seed, geometric mean", xlabel="validation cost")
    axes[1].set(yticks=range(len(costs)), yticklabels=list(costs))
    axes[1].invert_yaxis()
