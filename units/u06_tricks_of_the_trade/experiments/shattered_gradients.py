"""Gradients at neighbouring inputs: like white noise in a deep plain network, related in a residual one (§6.5)."""

import numpy as np

from course import figures
from units.u06_tricks_of_the_trade.deep_signals import Kind, kinds
from units.u06_tricks_of_the_trade.shattered_gradients import (
    assumed_correlation,
    autocorrelation,
    expected_correlation,
    gradients_on_a_grid,
    measured_correlation,
    noises,
)

GRID = np.linspace(-2, 2, 256)
RESIDUAL = Kind(shortcut=True, normalized=False, branch=1.0)


def run(r):
    deep = kinds(24)
    shown = {
        "one layer": (0, deep["plain"]),
        "24 plain, batch norm": (24, deep["plain, batch norm"]),
        "24 residual, batch norm": (24, deep["residual, batch norm"]),
    }
    _, axes = r.figure("grid", 1, 3, size=(11, 3.2))
    seeds = range(r.pick(quick=4, full=50))
    results = {}
    for ax, (name, (depth, kind)) in zip(axes, shown.items(), strict=True):
        gradients = [gradients_on_a_grid(GRID, depth, kind, np.random.default_rng(r.seed + i)) for i in seeds]
        results[name] = np.mean([autocorrelation(g, 21) for g in gradients], axis=0)
        ax.plot(GRID, gradients[0] / np.std(gradients[0]), color=figures.CYCLE[0], linewidth=1)
        ax.set(title=name, xlabel="$x$", ylabel="gradient / its deviation" if ax is axes[0] else "")
    noise = [noises(len(GRID), np.random.default_rng(r.seed + i)) for i in range(50)]
    for i, name in enumerate(("white noise", "brown noise")):
        results[name] = np.mean([autocorrelation(pair[i], 21) for pair in noise], axis=0)
    r.table(
        ["gradients of", "distance 1", "2", "5", "10"],
        [[name, *(f"{a[lag]:.2f}" for lag in (1, 2, 5, 10))] for name, a in results.items()],
        title="autocorrelation on a grid of 256 points",
    )
    for name, key in zip(results, ("one_layer", "plain", "residual", "white", "brown"), strict=True):
        r.metric(f"autocorrelation_{key}", results[name][1])

    depths = (1, 2, 3, 4, 6, 8)
    theories = {
        "plain, batch norm": (deep["plain, batch norm"], assumed_correlation),
        "plain": (deep["plain"], expected_correlation),
        "residual": (RESIDUAL, expected_correlation),
        "residual, batch norm": (deep["residual, batch norm"], assumed_correlation),
    }
    _, ax = r.figure("correlation", size=(5.6, 4.0))
    rng, networks = np.random.default_rng(r.seed), r.pick(quick=8, full=100)
    rows = []
    for i, (name, (kind, theory)) in enumerate(theories.items()):
        expected = np.array([theory(depth, kind) for depth in depths])
        measured = np.array([measured_correlation(depth, kind, rng, networks=networks) for depth in depths])
        ax.semilogy(depths, expected, color=figures.CYCLE[i])
        seen = measured > 0
        ax.semilogy(np.array(depths)[seen], measured[seen], "o", color=figures.CYCLE[i], label=name)
        rows.append([name, f"{expected[3]:.4f}", f"{measured[3]:.4f}", f"{assumed_correlation(4, kind):.4f}"])
        gap = np.max(np.abs(measured[:4] - expected[:4]))
        r.metric(f"gap_to_theory_{name.replace(', batch norm', '_bn').replace(' ', '_')}", gap)
    r.table(["blocks", "expected, L = 4", "measured", "if gates were independent"], rows)
    ax.set(
        title="Gradients at two inputs (lines: theory)",
        xlabel="number of blocks $L$",
        ylabel="correlation",
    )
    ax.legend()
