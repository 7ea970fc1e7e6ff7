"""The best learning rate by width, and how far activations move, in the standard parametrization and in muP (☆)."""

import numpy as np
from keras import ops

from course import figures
from units.u03_optimization import Adam
from units.u06_tricks_of_the_trade.width_scaling import PARAMETRIZATIONS, Rates, WidthSweep

BATCH_SIZE, STEPS = 72, 3
POWERS = np.arange(-10, -2)  # log2 of the learning rates
CHECKED = 4  # the rate of the coordinate check, 2^−6


def run(r):
    d = r.data()
    whole = r.pick(quick=len(d.labels("train")) // BATCH_SIZE, full=200) * BATCH_SIZE
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    widths = r.pick(quick=[32, 128, 256], full=[64, 128, 256, 512, 1024])
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    # costs: (widths, seeds, parametrizations, rates); moved: (widths, seeds, parametrizations, layers)
    found = [[sweep(x, y, d.classes, width, widths[0], seed) for seed in seeds] for width in widths]
    costs = np.array([[costs for costs, _ in row] for row in found]).mean(1)
    moved = np.array([[moved for _, moved in row] for row in found]).mean(1)

    _, axes = r.figure("rates", 1, 2, size=(10.5, 4), sharey=True)
    rows = []
    for i, (name, ax) in enumerate(zip(PARAMETRIZATIONS, axes, strict=True)):
        for width, cost, colour, marker in zip(
            widths, costs[:, i], figures.CYCLE, figures.MARKERS, strict=False
        ):
            ax.plot(POWERS, cost, marker=marker, color=colour, label=f"N = {width}")
            ax.axvline(best_power(cost), color=colour, linestyle=":", linewidth=1)
        best = [best_power(cost) for cost in costs[:, i]]
        # the rate that is best for the smallest width, used at the largest
        lost = costs[-1, i, np.argmin(costs[0, i])] - costs[-1, i].min()
        rows.append((name, *(f"2^{b:.1f}" for b in best), f"{lost:.3f}"))
        r.metric(f"shift_of_{name.lower()}", best[-1] - best[0])
        r.metric(f"loss_by_transfer_{name.lower()}", lost)
        ax.set(title=f"{name}", xlabel="log2 of the learning rate")
        ax.legend()
    axes[0].set_ylabel("training loss")
    r.table(["parametrization", *(f"best α, N = {w}" for w in widths), "loss by transfer"], rows)

    _, axes = r.figure("coordinates", 1, 2, size=(10.5, 4), sharey=True)
    for i, (name, ax) in enumerate(zip(PARAMETRIZATIONS, axes, strict=True)):
        for layer, marker in zip(range(3), figures.MARKERS, strict=False):
            label = "logits" if layer == 2 else f"activations {layer + 1}"
            ax.loglog(widths, moved[:, i, layer], marker=marker, label=label)
        slope = np.polyfit(np.log(widths), np.log(moved[:, i, 2]), 1)[0]
        r.metric(f"slope_of_the_logits_{name.lower()}", slope)
        ax.set(title=f"{name}: after {STEPS} steps", xlabel="width $N$")
        ax.set_xticks(widths, widths)
        ax.xaxis.minorticks_off()
        ax.legend()
    axes[0].set_ylabel("root mean square change")


def sweep(x, y, classes, width, base, seed):
    """All rates in both parametrizations; the costs at the end, and how far each layer moved in the first steps."""
    n = len(POWERS)
    names = np.repeat(PARAMETRIZATIONS, n)
    model = WidthSweep(x.shape[1], width, classes, names, base, seed)
    model.compile(Adam(Rates(np.tile(2.0**POWERS, 2)), epsilon=1e-12))
    few, first = ops.convert_to_tensor(x[:BATCH_SIZE]), STEPS * BATCH_SIZE
    before = [ops.convert_to_numpy(a) for a in model.layers_of(few)]
    model.fit(x[:first], y[:first], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    after = [ops.convert_to_numpy(a) for a in model.layers_of(few)]
    checked = [CHECKED, n + CHECKED]
    moved = [
        [np.sqrt(np.mean((b[k] - a[k]) ** 2)) for a, b in zip(before, after, strict=True)] for k in checked
    ]
    model.fit(x[first:], y[first:], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    costs = ops.convert_to_numpy(model.costs(x[:1000], ops.convert_to_tensor(y[:1000])))
    return costs.reshape(2, n), moved


def best_power(cost):
    """log2 of the best rate: the lowest point of a parabola through the lowest cost and its neighbours."""
    at = int(np.clip(np.argmin(cost), 1, len(cost) - 2))
    a, b, _ = np.polyfit(POWERS[at - 1 : at + 2], np.log(cost[at - 1 : at + 2]), 2)
    return (
        float(np.clip(-b / (2 * a), POWERS[at - 1], POWERS[at + 1]))
        if a > 0
        else float(POWERS[np.argmin(cost)])
    )
