"""PCA of the breast-cancer data: two of thirty dimensions almost separate the classes (§2.6)."""

import numpy as np
import sklearn.decomposition
from keras import ops

from course import figures
from units.u01_machine_learning.leakage import standardize
from units.u01_machine_learning.pca import PCA, covariance_eigen


def run(r):
    d = r.data()
    x, y = standardize(d.features(), d.features()), d.labels()
    p = x.shape[1]
    pca = PCA(p).fit(x)
    share = ops.convert_to_numpy(pca.explained_variance_ratio)
    z = ops.convert_to_numpy(pca.transform(x))
    raw = ops.convert_to_numpy(PCA(1).fit(d.features()).explained_variance_ratio)
    theirs = sklearn.decomposition.PCA(p).fit(ops.convert_to_numpy(x)).explained_variance_ratio_
    eigenvalues, _ = covariance_eigen(x)

    needed = 1 + int(np.argmax(np.cumsum(share) >= 0.95))
    # The sign of a component is arbitrary: use the better direction of the threshold.
    accuracy = np.mean((z[:, 0] > 0) == y)
    r.metric("explained_by_first", share[0])
    r.metric("explained_by_first_two", share[:2].sum())
    r.metric("components_for_95_percent", needed)
    r.metric("explained_by_first_unscaled", raw[0])
    r.metric("first_component_threshold_accuracy", max(accuracy, 1 - accuracy))
    r.metric("largest_gap_to_scikit_learn", np.max(np.abs(share - theirs)))
    gap = ops.convert_to_numpy(eigenvalues) - ops.convert_to_numpy(pca.explained_variance)
    r.metric("largest_gap_to_eigenvalues", np.max(np.abs(gap)))
    r.log("Unscaled, the first component is nearly the area alone: it has by far the largest numbers.")

    _, (left, right) = r.figure("pca", 1, 2, size=(10.5, 3.7), width_ratios=(1.3, 1))
    for k, name in enumerate(d.class_names):
        left.scatter(
            *z[y == k, :2].T,
            s=18,
            color=figures.CYCLE[1 - k],  # as in unit 2: malignant is orange
            marker=figures.MARKERS[1 - k],
            alpha=0.6,
            linewidths=0,
            label=name,
        )
    left.set(title="569 tumours on two principal components")
    left.set(
        xlabel=f"first component ({share[0]:.0%} of the variance)",
        ylabel=f"second component ({share[1]:.0%})",
    )
    left.legend()
    index = np.arange(1, p + 1)
    right.bar(index, share, color=figures.COLOURS["sky"], label="each")
    right.plot(index, np.cumsum(share), "o-", color=figures.COLOURS["blue"], markersize=3, label="cumulative")
    right.axhline(0.95, color=figures.COLOURS["grey"], linestyle=":")
    right.axvline(needed, color=figures.COLOURS["grey"], linestyle="--", label=f"95%: {needed} components")
    right.set(title="Explained variance", xlabel="component", ylabel="share of the variance", ylim=(0, 1.03))
    right.legend(loc="center right")
