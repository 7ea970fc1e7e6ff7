"""Cross-entropy is entropy plus divergence; the divergences are 0 only where both distributions agree (§B)."""

import numpy as np

from course.figures import COLOURS
from units.u00_mathematics import cross_entropy, entropy, jensen_shannon, kullback_leibler


def two(q):
    return np.array([q, 1 - q])


def normal(grid, mean):
    """Probabilities of the cells of a grid, in proportion to the density of N(mean, 1)."""
    weights = np.exp(-((grid - mean) ** 2) / 2)
    return weights / weights.sum()


def run(r):
    p, grid = two(0.3), np.linspace(0.01, 0.99, 99)
    H = float(entropy(p))
    crossed = np.array([float(cross_entropy(p, two(q))) for q in grid])
    forward = np.array([float(kullback_leibler(p, two(q))) for q in grid])
    _, axes = r.figure("two_classes", size=(7, 2.8))
    axes.plot(grid, crossed, color=COLOURS["blue"], label="H(p, q)")
    axes.plot(grid, forward, color=COLOURS["orange"], label="D(p‖q) = H(p, q) − H(p)")
    axes.axhline(H, color=COLOURS["grey"], linestyle="--", label="H(p)")
    axes.axvline(0.3, color="black", linewidth=0.8)
    axes.set(
        title="Two classes, p = (0.3, 0.7)", xlabel="predicted probability q₁", ylabel="nats", ylim=(0, 2.5)
    )
    axes.legend(loc="upper center", bbox_to_anchor=(0.6, 1))
    r.metric("best_prediction", grid[crossed.argmin()])
    r.metric("lowest_cross_entropy_less_entropy", crossed.min() - H)
    r.metric("smallest_divergence", forward.min())
    r.metric("largest_entropy_at", grid[np.argmax([float(entropy(two(q))) for q in grid])])

    # two normal distributions, ever further apart
    cells, shifts = np.linspace(-6, 12, 181), np.linspace(0, 6, 13)
    p = normal(cells, 0.0)
    kl = np.array([float(kullback_leibler(p, normal(cells, shift))) for shift in shifts])
    js = np.array([float(jensen_shannon(p, normal(cells, shift))) for shift in shifts])
    _, axes = r.figure("far_apart", size=(7, 2.8))
    axes.plot(shifts, kl, ".-", color=COLOURS["orange"], label="Kullback–Leibler")
    axes.plot(shifts, shifts**2 / 2, color=COLOURS["grey"], linestyle="--", label="(distance)² / 2")
    axes.plot(shifts, js, ".-", color=COLOURS["green"], label="Jensen–Shannon")
    axes.axhline(np.log(2), color="black", linewidth=0.8, label="log 2")
    axes.set(title="Divergence of N(0, 1) and N(m, 1)", xlabel="distance m", ylabel="nats", ylim=(0, 5))
    axes.legend()
    r.metric("divergence_at_distance_2", kl[4])
    r.metric("jensen_shannon_at_distance_6", js[-1])
    q = two(0.9)
    back = float(kullback_leibler(q, two(0.3)))
    r.log(f"D is not symmetric: {float(kullback_leibler(two(0.3), q)):.3f} one way, {back:.3f} the other.")
