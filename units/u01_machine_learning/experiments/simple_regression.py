"""Simple regression: one feature, and the line with the least sum of squares (§2.3)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u01_machine_learning.least_squares import normal_equations, predict, with_constant

BMI = 2  # the column of the body mass index


def run(r):
    d = r.data()
    x, y = d.features()[:, BMI], d.labels()
    X = with_constant(x[:, None])
    b, w = ops.convert_to_numpy(normal_equations(X, y))
    y_hat = ops.convert_to_numpy(predict(X, [b, w]))
    r.metric("slope", w)
    r.metric("intercept", b)
    r.metric("r_squared", 1 - np.sum((y - y_hat) ** 2) / np.sum((y - y.mean()) ** 2))

    _, (left, right) = r.figure("simple_regression", 1, 2, size=(10.5, 3.7))
    left.vlines(x, y, y_hat, color=COLOURS["grey"], linewidth=0.5)
    left.scatter(x, y, s=9)
    ends = np.array([x.min(), x.max()])
    left.plot(ends, b + w * ends, color=COLOURS["red"], label=f"ŷ = {b:.0f} + {w:.2f} x".replace("-", "−"))
    left.plot(x.mean(), y.mean(), "k*", markersize=11, label="means, always on the line")
    left.set(
        title="Least squares: patients, line, residuals",
        xlabel="body mass index (kg/m²)",
        ylabel="progression after a year",
    )
    left.set_ylim(0, 480)
    left.legend(loc="upper left")

    # The contours of C(b, w): for the centred feature they are ellipses along the axes.
    slopes, levels = np.meshgrid(np.linspace(w - 6, w + 6, 81), np.linspace(y.mean() - 40, y.mean() + 50, 91))
    residual = y - levels[..., None] - slopes[..., None] * (x - x.mean())
    cost = np.mean(residual**2, axis=-1)
    heights = cost.min() + np.array([25, 100, 300, 700, 1300])
    contours = right.contour(slopes, levels, cost, levels=heights, colors=COLOURS["blue"], linewidths=1.2)
    right.clabel(contours, fmt="%d")
    right.plot(w, y.mean(), "*", color=COLOURS["red"], markersize=12, label="least squares")
    right.set(title="The loss $C(b, w)$", xlabel="slope w", ylabel="prediction at the mean")
    right.legend(loc="upper right")
