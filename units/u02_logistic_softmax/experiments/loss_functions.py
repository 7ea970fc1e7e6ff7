"""Four losses as functions of the margin, and the lines that they choose when some points are easy (§3.2)."""

import keras
import numpy as np
from keras import ops

import course
from course.figures import COLOURS, MARKERS
from units.u02_logistic_softmax import (
    hinge_loss,
    logistic_loss,
    squared_margin_loss,
    with_constant,
    zero_one_loss,
)

LOSSES = {"squared": squared_margin_loss, "logistic": logistic_loss, "hinge": hinge_loss}


def run(r):
    # Two clouds, and a third one far on the right side: easy points, that should not matter.
    centres = np.array([[-1.0, 0.0], [1.0, 0.0], [10.0, -4.0]])
    x = np.concatenate([c + r.rng.normal(scale=(0.35, 0.7), size=(30, 2)) for c in centres]).astype("float32")
    y = np.repeat([-1, 1, 1], 30).astype("float32")

    # One row of θ for each loss: three models descend side by side.
    X = with_constant(x)
    theta = keras.Variable(np.zeros((len(LOSSES), 3), "float32"))

    def cost():
        m = ops.multiply(y[:, None], ops.matmul(X, ops.transpose(theta.value)))
        return sum(ops.mean(loss(m[:, j])) for j, loss in enumerate(LOSSES.values()))

    for _ in range(r.pick(quick=300, full=2000)):
        _, (gradient,) = course.value_and_grad(cost, [theta])
        theta.assign_sub(0.02 * gradient)
    lines = ops.convert_to_numpy(theta.value)
    wrong = {
        name: np.sum(y * (x @ line[:2] + line[2]) <= 0) for name, line in zip(LOSSES, lines, strict=True)
    }
    for name, count in wrong.items():
        r.metric(f"{name}_mistakes", int(count))
    r.metric("logistic_at_0", logistic_loss(np.zeros(1, "float32"))[0])

    _, (left, right) = r.figure("losses", 1, 2, size=(11, 4.4))
    m = np.linspace(-2.5, 3.5, 601).astype("float32")
    colours = dict(zip(LOSSES, ("orange", "blue", "green"), strict=True))
    left.plot(m, ops.convert_to_numpy(zero_one_loss(m)), color=COLOURS["black"], label="0–1")
    for name, loss in LOSSES.items():
        left.plot(m, ops.convert_to_numpy(loss(m)), color=COLOURS[colours[name]], label=name)
    left.set(xlabel="margin m = y z", ylabel="loss", title="Upper bounds of the 0–1 loss", ylim=(-0.1, 4.5))
    left.legend()
    for label, k in ((-1, 0), (1, 1)):
        right.scatter(
            *x[y == label].T,
            s=14,
            marker=MARKERS[k],
            color=COLOURS["grey" if k else "purple"],
            label=f"y = {label:+d}",
        )
    ends = np.array([-7.0, 4.0])
    for (name, count), (w1, w2, b) in zip(wrong.items(), lines, strict=True):
        right.plot(-(w2 * ends + b) / w1, ends, color=COLOURS[colours[name]], label=f"{name}: {count} wrong")
    right.set(
        xlabel="x₁",
        ylabel="x₂",
        title="Squared loss minds points that are right by far",
        xlim=(-4, 12),
        ylim=ends,
    )
    right.legend(loc="upper right")
