"""Learning-rate schedules, and the effect of a warm-up and of a small rate at the end (§4.3)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u03_optimization.adam import Adam
from units.u03_optimization.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PolynomialDecay,
    StepDecay,
)

BATCH_SIZE, EPOCHS = 32, 8
COLOUR = {
    "constant": "grey",
    "step": "blue",
    "exponential": "sky",
    "linear": "green",
    "inverse time": "red",
    "cosine": "orange",
    "cosine, warm-up": "purple",
}


def run(r):
    d = r.data()
    whole = len(d.labels("train")) // BATCH_SIZE * BATCH_SIZE  # no shorter last batch: one compiled step
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    steps = EPOCHS * whole // BATCH_SIZE
    top = 0.1  # large for Adam
    drawn = {
        "constant": lambda t: np.full(len(t), top),
        "step": StepDecay(top, steps / 4, 0.5),
        "exponential": ExponentialDecay(top, steps / 4, 0.4),
        "linear": PolynomialDecay(top, steps, 0.0),
        "inverse time": InverseTimeDecay(top, steps / 10, 1.0),
        "cosine": CosineDecay(top, steps),
        "cosine, warm-up": CosineDecay(0.0, 0.85 * steps, warmup_target=top, warmup_steps=0.15 * steps),
    }
    _, (ax, ax_loss) = r.figure("schedules", 1, 2, size=(10, 4.2))
    t = np.arange(steps)
    for name, schedule in drawn.items():
        ax.plot(t, ops.convert_to_numpy(schedule(t)), color=figures.COLOURS[COLOUR[name]], label=name)
    ax.set(title="Schedules", xlabel="step $t$", ylabel="learning rate $α_t$", ylim=(0, 1.05 * top))
    ax.legend(loc="upper right", bbox_to_anchor=(1, 0.97))

    trained = {
        "constant": top,
        "cosine": CosineDecay(top, steps),
        "cosine, warm-up": drawn["cosine, warm-up"],
    }
    rows, weights = [], None
    for name, rate in trained.items():
        model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(d.classes)])
        model.build((None, x.shape[1]))
        weights = weights or model.get_weights()
        model.set_weights(weights)
        model.compile(Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        keras.utils.set_random_seed(r.seed)  # the same order of the samples for all
        losses = Losses()
        model.fit(x, y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=[losses])
        z = model(x)
        loss = keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True)
        final = float(np.mean(ops.convert_to_numpy(loss)))
        worst = max(losses.of_batch[:40])
        key = name.replace(", ", "_").replace("-", "_")
        r.metric(f"final_{key}", final)
        r.metric(f"worst_{key}", worst)
        rows.append((name, f"{worst:.2f}", f"{final:.4f}"))
        smooth = np.convolve(losses.of_batch, np.ones(10) / 10, mode="valid")
        ax_loss.semilogy(smooth, color=figures.COLOURS[COLOUR[name]], label=name)
    r.table(
        ["schedule", "worst batch of the first 40", "training loss at the end"],
        rows,
        f"Adam, α = {top:g}",
    )
    ax_loss.set(title=f"Adam, largest α = {top:g}", xlabel="step $t$", ylabel="loss, mean of 10 batches")
    ax_loss.legend()


class Losses(keras.callbacks.Callback):
    """The loss of every batch, out of the running means that ``fit`` reports."""

    def __init__(self):
        super().__init__()
        self.of_batch, self.total = [], 0.0

    def on_train_batch_end(self, batch, logs=None):
        """Compute the loss of this batch from two running means."""
        total = float(logs["loss"]) * (batch + 1)
        self.of_batch.append(total - (self.total if batch else 0.0))
        self.total = total
