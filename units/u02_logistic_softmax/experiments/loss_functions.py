"""Four losses as functions of the margin, and the lines that they choose when some points are easy (§3.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS, MARKERS
from units.u01_machine_learning import with_constant
from units.u02_logistic_softmax import (
    hinge_loss,
    logistic_loss,
    sigmoid,
    squared_margin_loss,
    zero_one_loss,
)

LOSSES = {"squared": squared_margin_loss, "logistic": logistic_loss, "hinge": hinge_loss}
SLOPES = {  # dL/dm
    "squared": lambda m: -2 * (1 - m),
    "logistic": lambda m: -sigmoid(-m) / np.log(2),
    "hinge": lambda m: -ops.cast(m < 1, m.dtype),
}


def run(r):
    # Two clouds, and a third one far on the right side of the line: these points should have little influence.
    centres = np.array([[-1.0, 0.0], [1.0, 0.0], [10.0, -4.0]])
    x = np.concatenate([c + r.rng.normal(scale=(0.35, 0.7), size=(30, 2)) for c in centres]).astype("float32")
    y = np.repeat([-1, 1, 1], 30).astype("float32")

    lines = {name: descend(slope, x, y, r.pick(quick=400, full=4000)) for name, slope in SLOPES.items()}
    wrong = {name: int(np.sum(y * (x @ w + b) <= 0)) for name, (w, b) in lines.items()}
    for name, count in wrong.items():
        r.metric(f"{name}_mistakes", count)
    r.metric("logistic_at_0", logistic_loss(np.zeros(1, "float32"))[0])

    _, (left, right) = r.figure("losses", 1, 2, size=(10.8, 4.2))
    m = np.linspace(-2.5, 3.5, 601).astype("float32")
    colours = dict(zip(LOSSES, ("orange", "blue", "green"), strict=True))
    left.plot(m, ops.convert_to_numpy(zero_one_loss(m)), color=COLOURS["black"], linewidth=4, label="0–1")
    for name, loss in LOSSES.items():
        left.plot(m, ops.convert_to_numpy(loss(m)), color=COLOURS[colours[name]], label=name)
    left.set(xlabel="margin m = y z", ylabel="loss", title="Upper bounds of the 0–1 loss", ylim=(-0.1, 4.5))
    left.legend()
    for label, marker, colour in ((-1, MARKERS[0], "purple"), (1, MARKERS[1], "grey")):
        style = {"s": 14, "marker": marker, "color": COLOURS[colour]}
        right.scatter(*x[y == label].T, label=f"y = {label:+d}".replace("-", "−"), **style)
    ends = np.array([-7.0, 4.0])
    for name, (w, b) in lines.items():
        label = f"{name}: {wrong[name]} wrong"
        right.plot(-(w[1] * ends + b) / w[0], ends, color=COLOURS[colours[name]], label=label)
    right.set(xlabel="x₁", ylabel="x₂", title="Lines that the losses choose")
    right.set(xlim=(-4, 12), ylim=ends)
    right.legend(loc="upper right")


def descend(slope, x, y, steps):
    """Gradient descent on the mean loss of the margins m = y (wᵀx + b), with α shrinking as 1/√t: (w, b)."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    signed = with_constant((x - mean) / spread) * ops.convert_to_tensor(y[:, None])  # m = signed θ
    theta = ops.zeros((3,), dtype="float32")
    for t in range(steps):
        # θ ← θ − α_t (1/n) ∑_i L'(m_i) y_i x_i
        theta = theta - 0.4 / np.sqrt(1 + t / 20) * ops.matmul(
            slope(ops.matmul(signed, theta)), signed
        ) / len(x)
    b, *w = ops.convert_to_numpy(theta)
    w = w / spread  # back to the features before scaling
    return w, b - w @ mean
