"""The logistic curve over one feature and the boundary over two, on tumours (§3.1)."""

import numpy as np
from keras import ops

from course.figures import COLOURS, MARKERS
from units.u02_logistic_softmax import decide, newton_logistic, sigmoid_model

TEXTURE, SMOOTHNESS = 21, 24  # the largest values among the cell nuclei


def run(r):
    d = r.data()
    x = d.features()[:, [SMOOTHNESS, TEXTURE]]
    y = 1 - d.labels()  # 1 is malignant
    mean, spread = x.mean(axis=0), x.std(axis=0)
    standard = (x - mean) / spread
    one, two = newton_logistic(standard[:, :1], y), newton_logistic(standard, y)

    def accuracy(fit, features):
        return np.mean(ops.convert_to_numpy(decide(sigmoid_model(features, fit.w, fit.b))) == y)

    boundary = mean[0] - spread[0] * one.b / one.w[0]
    r.metric("accuracy_one_feature", accuracy(one, standard[:, :1]))
    r.metric("accuracy_two_features", accuracy(two, standard))
    r.metric("boundary_smoothness", boundary)
    r.log(f"{len(y)} tumours, {y.sum()} malignant; the accuracies are on the data of the fit")

    _, (left, right) = r.figure("link", 1, 2, size=(10.6, 4.2))
    names, colours = ("benign", "malignant"), (COLOURS["blue"], COLOURS["orange"])
    line, second = (
        np.linspace(a - 0.04 * (b - a), b + 0.04 * (b - a), 200)
        for a, b in zip(x.min(0), x.max(0), strict=True)
    )
    curve = sigmoid_model(((line - mean[0]) / spread[0])[:, None].astype("float32"), one.w, one.b)
    jitter = r.rng.uniform(-0.03, 0.03, size=len(y))
    grid = np.meshgrid(line, second)
    points = (np.stack([g.ravel() for g in grid], axis=1) - mean) / spread
    probability = ops.convert_to_numpy(sigmoid_model(points.astype("float32"), two.w, two.b)).reshape(
        grid[0].shape
    )
    for k in (0, 1):
        style = {"s": 14, "alpha": 0.6, "marker": MARKERS[k], "color": colours[k], "linewidth": 0}
        left.scatter(x[y == k, 0], k + jitter[y == k], **style)
        right.scatter(*x[y == k].T, label=names[k], **style)
    model = r"$\hat{y} = \sigma_\mathrm{Sig}(w x + b)$"
    left.plot(line, ops.convert_to_numpy(curve), color=COLOURS["black"], label=model)
    left.axvline(boundary, color=COLOURS["grey"], linestyle="--", label="boundary: ŷ = 1/2")
    left.set(
        xlabel="worst smoothness (ratio)",
        ylabel="probability of malignant",
        title="One feature: the logistic curve",
    )
    left.legend(loc="center right")
    drawn = right.contour(
        *grid, probability, levels=[0.1, 0.5, 0.9], colors=COLOURS["black"], linestyles=["--", "-", "--"]
    )
    for text in right.clabel(drawn, fmt=lambda v: f"ŷ = {v:.1f}"):
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1})
    right.set(
        xlabel="worst smoothness (ratio)",
        ylabel="worst texture (grey levels)",
        title="Two features: the boundary is a line",
    )
    right.legend(frameon=True, framealpha=0.9, edgecolor="none")
