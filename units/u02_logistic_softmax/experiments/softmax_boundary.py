"""Four classes, one softmax layer: four regions with straight boundaries (§3.3)."""

import keras
import numpy as np

from course import figures
from units.u02_logistic_softmax.softmax import softmax
from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression


def run(r):
    d = r.data()
    x, y = d.features(), d.labels()
    model = SoftmaxRegression(d.classes)
    model.compile(optimizer=keras.optimizers.Adam(0.1))
    # 200 steps on the full batch, as one epoch over 200 copies, which is faster than 200 epochs.
    model.fit(np.tile(x, (200, 1)), np.tile(y, 200), batch_size=len(x), shuffle=False, verbose=0)
    scores = model.evaluate(x, y, batch_size=len(x), verbose=0, return_dict=True)
    r.metric("accuracy", scores["accuracy"])
    r.metric("cost", scores["loss"])

    def probabilities(points):
        return keras.ops.convert_to_numpy(softmax(model(points.astype("float32"))))

    fig, (ax, ax_p) = r.figure("regions", 1, 2, size=(10.2, 3.5))
    figures.decision_regions(
        ax, lambda p: probabilities(p).argmax(1), x, y, [f"class {k}" for k in range(d.classes)]
    )
    _boundaries(ax, *model.get_weights())
    ax.set(title="Regions argmax$_k$ ŷ$_k$", xlabel="$x_1$", ylabel="$x_2$")

    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    u, v = np.meshgrid(np.linspace(left, right, 150), np.linspace(bottom, top, 150))
    sure = probabilities(np.stack([u.ravel(), v.ravel()], 1)).max(1).reshape(u.shape)
    filled = ax_p.contourf(u, v, sure, levels=np.linspace(1 / d.classes, 1, 11), cmap="cividis")
    fig.colorbar(filled, ax=ax_p, label="largest ŷ$_k$", format="%.2f")
    ax_p.set(title="Probability of the predicted class", xlabel="$x_1$", ylabel="$x_2$")
    # Between classes j and k:  log(ŷ_j/ŷ_k) = (w_j − w_k)ᵀx + b_j − b_k  is affine, so ŷ_j = ŷ_k is a line
    points = r.rng.uniform([left, bottom], [right, top], (200, 2))
    log_odds = np.log(probabilities(points)[:, 0] / probabilities(points)[:, 1])
    design = np.column_stack([points, np.ones(len(points))])
    residual = log_odds - design @ np.linalg.lstsq(design, log_odds, rcond=None)[0]
    r.metric("bend_of_log_odds", np.abs(residual).max() / np.abs(log_odds).max())


def _boundaries(ax, kernel, bias):
    """Draw the part of each line z_j = z_k on which no other logit is larger."""
    t = np.linspace(-30, 30, 4001)
    for j in range(len(bias)):
        for k in range(j):
            w, c = kernel[:, j] - kernel[:, k], bias[j] - bias[k]
            # the line {x : wᵀx + c = 0}: its point nearest to the origin, and its direction
            points = -c * w / (w @ w) + t[:, None] * np.array([-w[1], w[0]]) / np.linalg.norm(w)
            z = points @ kernel + bias
            on_boundary = z[:, j] >= z.max(1) - 1e-4
            ax.plot(*np.where(on_boundary[:, None], points, np.nan).T, color="black", linewidth=1.2)
