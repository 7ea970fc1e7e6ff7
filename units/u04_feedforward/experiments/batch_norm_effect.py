"""Batch normalization allows high learning rates; its two phases agree after enough steps (§5.6)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u04_feedforward import BatchNormalization, FeedForward

RATES = (0.01, 0.1, 1.0, 3.0)
WIDTHS = [64] * 4
BATCH_SIZE = 64


class Phases(keras.callbacks.Callback):
    """After every batch: how far the outputs of a probe are apart between the two phases of one layer."""

    def __init__(self, layer, z):
        super().__init__()
        self.layer, self.z, self.gaps = layer, z, []

    def on_train_batch_end(self, batch, logs=None):
        """Compare the moving averages with the statistics of the probe itself."""
        mean, variance = self.layer.moments(self.z)
        gap = ops.mean(ops.abs(self.layer.moving_mean - mean) / ops.sqrt(variance + self.layer.epsilon))
        self.gaps.append(float(gap))


def run(r):
    d = r.data()
    # whole batches only: a shorter last batch would compile every step a second time
    whole = len(d.labels("train")) // BATCH_SIZE * BATCH_SIZE
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    epochs = r.pick(quick=3, full=10)
    _, (ax, ax_phase) = r.figure("batch_norm", 1, 2, size=(10, 4))
    rows = []
    for label, pattern, colour in (
        ("without", None, figures.COLOURS["blue"]),
        ("with", BatchNormalization(momentum=0.9), figures.COLOURS["orange"]),
    ):
        model = FeedForward(WIDTHS, "relu", d.classes, normalization=pattern, initializer="he_uniform")
        model.compile(keras.optimizers.SGD(RATES[0]))
        model.prepare((x[:BATCH_SIZE], y[:BATCH_SIZE]))
        start, costs = model.get_weights(), []
        for rate in RATES:  # one model, so that the step is compiled once
            model.set_weights(start)
            model.optimizer.learning_rate.assign(rate)
            history = model.fit(x, y, batch_size=BATCH_SIZE, epochs=epochs, verbose=0).history
            # a cost that is not finite has diverged: it is drawn at the upper end of the scale
            costs.append(min(np.nan_to_num(history["loss"][-1], nan=np.inf), 10.0))
            rows.append((label, rate, f"{history['loss'][-1]:.3f}", f"{history['accuracy'][-1]:.3f}"))
            r.metric(f"accuracy_{label}_{rate:g}".replace(".", "_"), history["accuracy"][-1])
        ax.loglog(RATES, costs, "o-", color=colour, label=f"{label} batch normalization")
        for rate, cost in zip(RATES, costs, strict=True):
            if cost == 10.0:
                ax.annotate("diverged", (rate, cost), (-10, -4), textcoords="offset points", ha="right")
    r.table(["batch norm", "α", "training cost", "training accuracy"], rows, title=f"after {epochs} epochs")
    for momentum, colour in zip((0.5, 0.9, 0.99), figures.CYCLE, strict=False):
        layer = BatchNormalization(momentum=momentum)
        z = ops.convert_to_tensor(3 + 2 * r.rng.normal(size=(64, 8)).astype("float32"))
        watch = Phases(layer, z)
        for step in range(60):
            layer(z, training=True)
            watch.on_train_batch_end(step)
        ax_phase.semilogy(np.arange(1, 61), watch.gaps, color=colour, label=f"ρ = {momentum}")
        expected = watch.gaps[0] * momentum ** np.arange(60)
        r.metric(f"gap_to_theory_{momentum:g}".replace(".", "_"), np.abs(watch.gaps - expected).max())
    ax.axhline(np.log(d.classes), color=figures.COLOURS["grey"], linestyle=":", label=r"guessing: $\log K$")
    ax.set(
        title=f"After {epochs} epochs of SGD",
        xlabel="learning rate $α$",
        ylabel="training cost",
    )
    ax_phase.set(
        title="Inference lags behind training as $ρ^t$", xlabel="step $t$", ylabel="gap of the means / σ"
    )
    ax.legend()
    ax_phase.legend()
