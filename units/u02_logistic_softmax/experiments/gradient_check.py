"""The gradient by hand against finite differences: step, precision, and the effect of a mistake (§3.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u02_logistic_softmax import (
    cross_entropy,
    logits,
    numerical_gradient,
    relative_error,
    softmax_gradient,
)


def run(r):
    d = r.data()
    x, y = d.features(), d.labels()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    W, b = r.rng.normal(size=(3, 4)), r.rng.normal(size=3)
    by_hand, _ = (
        ops.convert_to_numpy(g) for g in softmax_gradient(x, y, W.astype("float32"), b.astype("float32"))
    )
    exact = numpy_gradient(W, b, x.astype("float64"), y)

    def loss64(V):
        z = x.astype("float64") @ V.T + b
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y])

    def loss32(V):
        return float(ops.mean(cross_entropy(y, logits(x, V, b.astype("float32")))))

    steps = 10.0 ** np.arange(-12, 0.1, 0.5)
    coarse = steps[steps > 1e-6]
    error64 = np.array([relative_error(numerical_gradient(loss64, W, step=h), exact) for h in steps])
    error32 = np.array(
        [relative_error(numerical_gradient(loss32, W.astype("float32"), step=h), exact) for h in coarse]
    )

    numerical = numerical_gradient(loss64, W)
    mistakes = {
        "none": by_hand,
        "the factor 1/n forgotten": by_hand * len(y),
        "label minus prediction": -by_hand,
        "one class left out": np.where(np.arange(3)[:, None] == 2, 0, by_hand),
    }
    found = {name: relative_error(gradient, numerical) for name, gradient in mistakes.items()}
    r.metric("error_by_hand", found["none"])
    r.metric("least_error_of_a_mistake", min(e for name, e in found.items() if name != "none"))
    r.metric("best_step_float64", steps[error64.argmin()])
    r.metric("best_error_float64", error64.min())
    r.metric("best_error_float32", error32.min())
    r.table(["mistake in the gradient", "relative error"], [[name, f"{e:.1e}"] for name, e in found.items()])

    _, ax = r.figure("steps", size=(7, 4.4))
    ax.loglog(steps, error64, "o-", color=COLOURS["blue"], label="loss in float64")
    ax.loglog(coarse, error32, "s-", color=COLOURS["orange"], label="loss in float32")
    for dtype, colour, y in (("float64", "blue", 1e-5), ("float32", "orange", 1e-9)):
        h = np.finfo(dtype).eps ** (1 / 3)
        ax.axvline(h, color=COLOURS[colour], linestyle="--", linewidth=1)
        ax.text(1.3 * h, y, "$\\varepsilon^{1/3}$", color=COLOURS[colour], fontsize=12)
    ax.text(1e-12, 1e-7, "rounding: $\\varepsilon / h$")
    ax.text(2e-2, 2e-7, "formula: $h^2$")
    ax.set(
        xlabel="step h",
        ylabel="relative error of the gradient",
        title="Central differences: neither too large nor too small",
    )
    ax.legend(loc="lower left")


def numpy_gradient(W, b, x, y):
    """The formula in float64: the reference for the two curves."""
    e = np.exp(x @ W.T + b)
    return (e / e.sum(axis=1, keepdims=True) - np.eye(3)[y]).T @ x / len(y)
