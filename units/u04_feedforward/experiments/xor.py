"""Exclusive or: no line separates its classes, two hidden units do (§5.1)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning import with_constant
from units.u02_logistic_softmax import Perceptron
from units.u04_feedforward.feed_forward import FeedForward
from units.u04_feedforward.network import forward
from units.u04_feedforward.side_by_side import SideBySide
from units.u04_feedforward.xor import CORNERS, XOR, certificate_against_lines, xor_network

SAMPLES, SPREAD, EPOCHS = 400, 0.18, 25
NETWORKS = {"no hidden layer": [], "4 hidden units": [4], "16 hidden units": [16]}


def run(r):
    proof = certificate_against_lines(CORNERS, XOR)
    r.log(f"∑ s_i (x_i, 1) = {proof}: adding up the four inequalities gives 0 > 0, so there is no line.")
    r.metric("size_of_certificate", np.abs(proof).max())
    labellings = np.array([[bits >> i & 1 for i in range(4)] for bits in range(16)])
    found = [
        Perceptron().fit(with_constant(CORNERS), 2 * y - 1, max_mistakes=40).converged for y in labellings
    ]
    r.metric("labellings_that_a_line_divides", sum(found))
    stubborn = [str(y.tolist()) for y, line in zip(labellings, found, strict=True) if not line]
    r.log(f"Of the 16 ways to label the corners of a square no line divides {' and '.join(stubborn)}.")
    values = ops.convert_to_numpy(forward(CORNERS, xor_network()).a[-1])[:, 0]
    r.metric("error_of_given_weights", np.abs(values - XOR).max())

    y = XOR[np.arange(SAMPLES) % 4]
    x = (CORNERS[np.arange(SAMPLES) % 4] + r.rng.normal(scale=SPREAD, size=(SAMPLES, 2))).astype("float32")
    _, axes = r.figure("regions", 1, 4, size=(11.8, 3.3))
    hidden = ops.convert_to_numpy(forward(x, xor_network()).a[1])
    for k in range(2):
        axes[0].scatter(
            *hidden[y == k].T, s=12, color=figures.CYCLE[k], marker=figures.MARKERS[k], label=f"class {k}"
        )
    line = np.linspace(0.2, 2.4, 2)
    axes[0].plot(line, line / 2 - 0.25, color=figures.COLOURS["black"], linewidth=1)
    axes[0].set(title="Given weights:\nthe hidden layer", xlabel="$a_1$", ylabel="$a_2$", ylim=(-0.15, 1.5))
    axes[0].legend(loc="upper left")
    together = SideBySide({name: FeedForward(widths, "tanh", classes=2) for name, widths in NETWORKS.items()})
    together.compile(optimizer=keras.optimizers.Adam(0.05))
    # One epoch over shuffled copies of the data is faster than many epochs.
    order = np.concatenate([r.rng.permutation(SAMPLES) for _ in range(EPOCHS)])
    together.fit(x[order] - 0.5, y[order], batch_size=40, shuffle=False, verbose=0)
    for ax, name, model in zip(axes[1:], NETWORKS, together.members, strict=True):

        def predict(points, model=model):
            return ops.convert_to_numpy(ops.argmax(model(points - 0.5), axis=-1))

        accuracy = np.mean(predict(x) == y)
        figures.decision_regions(ax, predict, x, y, resolution=120, size=10)
        ax.set(title=f"{name}:\naccuracy {accuracy:.2f}", xlabel="$x_1$", ylabel="$x_2$")
        r.metric(f"accuracy_with_{name.split()[0]}", accuracy)
