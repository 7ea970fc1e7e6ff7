"""Normal equations, pseudo-inverse and gradient descent arrive at the same coefficients (§2.3, §2.4)."""

import numpy as np
from keras import ops

from course.figures import COLOURS, CYCLE
from units.u01_machine_learning.leakage import standardize
from units.u01_machine_learning.least_squares import (
    normal_equations,
    predict,
    pseudo_inverse,
    with_constant,
)
from units.u01_machine_learning.linear_descent import gradient_descent

SERUM = ["s1", "s2", "s3", "s4", "s5"]  # strongly correlated with each other: the flat directions of the loss


def run(r):
    d = r.data()
    x, y = ops.convert_to_numpy(standardize(d.features(), d.features())), d.labels()
    X = with_constant(x)
    theta = ops.convert_to_numpy(normal_equations(X, y))
    by_svd = ops.convert_to_numpy(predict(pseudo_inverse(X), y))
    descent = gradient_descent(X, y, steps=3000, every=4)
    by_descent = ops.convert_to_numpy(descent.theta)

    oracle = np.linalg.lstsq(np.c_[np.ones(len(y)), x].astype("float64"), y.astype("float64"), rcond=None)[0]
    for name, answer in (("normal_equations", theta), ("pseudo_inverse", by_svd), ("descent", by_descent)):
        r.metric(f"{name}_error", np.linalg.norm(answer - oracle) / np.linalg.norm(oracle))
    names = ["intercept", *d.feature_names]
    rows = [[n, *(f"{a[j]:.2f}" for a in (theta, by_svd, by_descent))] for j, n in enumerate(names)]
    r.table(["coefficient", "normal equations", "pseudo-inverse", "gradient descent"], rows)

    # Along a singular vector with value s the error shrinks by 1 − αL_i = 1 − (s/s_max)² with every step.
    s = np.linalg.svd(ops.convert_to_numpy(X), compute_uv=False)
    r.log(f"s_max/s_min = {s[0] / s[-1]:.1f}: the slowest direction loses {(s[-1] / s[0]) ** 2:.2%} a step")
    steps = 4 * np.arange(len(descent.losses))
    _, (left, right) = r.figure("three_ways", 1, 2, size=(10.8, 4.1))
    distance = np.linalg.norm(descent.path - oracle, axis=1)
    left.semilogy(steps, distance, label=r"$\|\theta_t - \hat\theta\|$")
    slowest = (1 - (s[-1] / s[0]) ** 2) ** steps
    left.semilogy(steps, distance[500] * slowest / slowest[500], "--", label=r"$(1 - s_{min}^2/s_{max}^2)^t$")
    left.set(
        title="Descent reaches the closed form",
        xlabel="step t",
        ylabel="distance",
        ylim=(distance.min() / 2, None),
    )
    left.legend()
    height = -np.inf
    for j in 1 + np.argsort(oracle[1:]):
        right.plot(steps[-1] * 1.03, oracle[j], "k<", markersize=5)
        height = max(oracle[j], height + 5)  # names must not overlap
        name = names[j].split(" (")[0].split(":")[0]
        right.plot(steps[-1] * np.array([1.05, 1.12]), [oracle[j], height], color="black", linewidth=0.7)
        right.text(steps[-1] * 1.14, height, name, va="center")
        slow = name in SERUM
        colour = CYCLE[SERUM.index(name)] if slow else COLOURS["grey"]
        right.plot(steps, descent.path[:, j], color=colour, linewidth=1.8 if slow else 1)
    right.plot([], [], "k<", label="closed form")
    right.set(
        title="The serum values s1 to s5 are slow", xlabel="step t", ylabel="weight of a standardized feature"
    )
    right.set_xlim(right=steps[-1] * 1.6)
    right.set_xticks(range(0, int(steps[-1]) + 1, 1000))
    right.legend(loc=(0.25, 0.18))
