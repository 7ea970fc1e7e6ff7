"""The best learning rate by width, and how far activations move, in the standard parametrization and in muP (☆)."""

import numpy as np
from keras import ops

import course
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
    seeds = list(range(r.seed, r.seed + r.pick(quick=1, full=3)))
    found = [sweep(x, y, d.classes, width, widths[0], seeds) for width in widths]
    # costs: (widths, parametrizations, rates); moved: (widths, parametrizations, layers)
    costs, moved = (np.array(values) for values in zip(*found, strict=True))

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
        ax.legend(loc="upper center")
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


def sweep(x, y, classes, width, base, seeds):
    """All rates in both parametrizations; the mean costs at the end, and how far each layer moved at first."""
    shape = (len(PARAMETRIZATIONS), len(POWERS), len(seeds))
    names, rates, starts = np.broadcast_arrays(
        np.array(PARAMETRIZATIONS)[:, None, None], (2.0**POWERS)[:, None], np.array(seeds)
    )
    model = WidthSweep(x.shape[1], width, classes, names.ravel().tolist(), base, starts.ravel().tolist())
    model.compile(Adam(Rates(rates.ravel()), epsilon=1e-12))
    few, first = ops.convert_to_tensor(x[:BATCH_SIZE]), STEPS * BATCH_SIZE
    layers_of = course.compiled(lambda x: model.layers_of(x))
    before = [ops.convert_to_numpy(a) for a in layers_of(few)]
    model.fit(x[:first], y[:first], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    after = [ops.convert_to_numpy(a) for a in layers_of(few)]
    squares = [np.square(b - a).reshape(*shape, -1).mean(-1) for a, b in zip(before, after, strict=True)]
    moved = np.sqrt(np.stack(squares, -1)[:, CHECKED].mean(1))
    model.fit(x[first:], y[first:], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    measured = course.compiled(lambda x, y: model.costs(x, y))
    costs = ops.convert_to_numpy(measured(*map(ops.convert_to_tensor, (x[:1000], y[:1000]))))
    return costs.reshape(shape).mean(-1), moved


def best_power(cost):
    """log2 of the best rate: the lowest point of a parabola through the five points around the lowest cost."""
    at = int(np.clip(np.argmin(cost), 2, len(cost) - 3))
    near = slice(at - 2, at + 3)
    a, b, _ = np.polyfit(POWERS[near], np.log(cost[near]), 2)
    return float(np.clip(-b / (2 * a), POWERS[near][0], POWERS[near][-1]))
