"""K-means step by step, the elbow method, and k-means++ against a random start (§2.6)."""

import numpy as np

from course import figures
from units.u01_machine_learning.kmeans import kmeans, kmeans_plus_plus, lloyd, random_start


def run(r):
    true_K = 5
    d = r.data(n=300, classes=true_K, noise=0.5, radius=2.0, seed=r.seed)
    x = d.features()

    # The animation starts badly on purpose: every centroid inside one cluster.
    crowded = x[d.labels() == 0][:true_K]
    found = lloyd(x, crowded)
    inertias = [inertia for _, _, inertia in found.history]
    r.metric("inertia_never_rises", int(np.all(np.diff(inertias) <= 1e-3)))
    r.metric("rounds", len(found.history))
    fig, ax = r.figure("kmeans", size=(5.6, 5.6))
    frames = min(2 * len(found.history) - 1, 25)
    r.animation("kmeans", fig, lambda i: frame(ax, x, found.history, i), frames, fps=2)

    # The elbow: the last K that still makes the inertia much smaller.
    Ks = list(range(1, 8))
    inertia = np.array([kmeans(x, K, r.rng, restarts=3).inertia for K in Ks])
    gain = inertia[:-1] / inertia[1:]
    elbow = Ks[1 + int(np.argmax(gain[:-1] / gain[1:]))]
    r.metric("elbow", elbow)
    r.metric("inertia_at_elbow_over_one_cluster", inertia[elbow - 1] / inertia[0])

    # k-means++ against starting at random samples, where there are more clusters to miss.
    d = r.data(n=300, classes=7, noise=0.3, radius=4.0, seed=r.seed)
    many, truth = d.features(), d.labels()
    best = lloyd(many, np.stack([many[truth == k].mean(0) for k in range(7)])).inertia
    starts = r.pick(quick=20, full=400)
    excess = {
        name: np.array([kmeans(many, 7, r.rng, start).inertia / best for _ in range(starts)])
        for name, start in (("random start", random_start), ("k-means++", kmeans_plus_plus))
    }
    r.metric("random_mean_excess", excess["random start"].mean())
    r.metric("plus_plus_mean_excess", excess["k-means++"].mean())

    _, (left, right) = r.figure("elbow", 1, 2, size=(10.5, 3.5))
    left.plot(Ks, inertia, "o-")
    left.axvline(elbow, color=figures.COLOURS["grey"], linestyle="--", label=f"elbow at K = {elbow}")
    left.set(title="Inertia of the best of 3 starts", xlabel="number of clusters K", ylabel="inertia")
    left.legend()
    bins = np.linspace(0.9, max(2.0, *map(np.max, excess.values())) * 1.02, 25)
    right.hist(
        list(excess.values()),
        bins,
        label=list(excess),
        color=[figures.COLOURS["red"], figures.COLOURS["blue"]],
    )
    right.set(title=f"{starts} single starts on 7 clusters", ylabel="number of starts")
    right.set_xlabel("inertia relative to a start at the true means")
    right.legend()


def frame(ax, x, history, i):
    """Draw frame i: even ones show an assignment, odd ones the centroids on their way to the means."""
    ax.clear()
    step, moving = divmod(i, 2)
    centroids, labels, inertia = history[step]
    for k in range(len(centroids)):
        ax.scatter(*x[labels == k].T, s=14, color=figures.CYCLE[k], alpha=0.6, linewidths=0)
    if moving:
        new = history[step + 1][0]
        for old, there in zip(centroids, new, strict=True):
            ax.annotate("", there, old, arrowprops={"arrowstyle": "->", "color": figures.COLOURS["black"]})
        centroids = new
    for k, centre in enumerate(centroids):
        ax.scatter(*centre, s=160, marker="X", color=figures.CYCLE[k], edgecolor="black", linewidth=1.2)
    what = "update: the centroids move to the means" if moving else f"assignment: inertia {inertia:.0f}"
    ax.set(title=f"round {step + 1}, {what}", xlabel="feature 1", ylabel="feature 2")
    ax.set_aspect("equal")
