"""Max-norm bounds the weights of every unit, also with a large learning rate (§5.6)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u04_feedforward import FeedForward, MaxNorm

RADIUS = 2.0
BATCH_SIZE = 100


def lengths(model):
    """‖w‖ of every hidden unit."""
    W = ops.convert_to_numpy(model.affines[0].W)
    return np.sqrt((W**2).sum(axis=1))


class Longest(keras.callbacks.Callback):
    """The longest weight vector after every step."""

    def on_train_begin(self, logs=None):
        """Start with the initial weights."""
        self.longest = []

    def on_train_batch_end(self, batch, logs=None):
        """Append the norms after this step."""
        self.longest.append(lengths(self.model).max())


def run(r):
    d = r.data()
    # whole batches only: a shorter last batch would compile every step a second time
    whole = len(d.labels("train")) // BATCH_SIZE * BATCH_SIZE
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    _, (ax, ax_bars) = r.figure("lengths", 1, 2, size=(10, 4))
    rules = {"free": None, "max-norm": MaxNorm(RADIUS, axis=1)}
    bins, start = np.linspace(0, 5, 41) + 1 / 16, None  # c is inside a bin, not at its edge
    for (name, rule), colour in zip(rules.items(), figures.CYCLE, strict=False):
        model = FeedForward([100, 100], "relu", d.classes, constraint=rule)
        model.compile(keras.optimizers.SGD(0.2, momentum=0.9))
        model(x[:1])  # builds the layers
        start = start or model.get_weights()
        model.set_weights(start)
        watch = Longest()
        history = model.fit(
            x,
            y,
            batch_size=BATCH_SIZE,
            epochs=r.pick(quick=8, full=10),
            shuffle=False,
            verbose=0,
            callbacks=[watch],
        ).history
        z = ops.convert_to_numpy(model(d.features("test")))
        accuracy = np.mean(z.argmax(axis=1) == d.labels("test"))
        key = name.replace("-", "_")
        r.metric(f"longest_{key}", lengths(model).max())
        r.metric(f"test_accuracy_{key}", accuracy)
        r.log(f"{name}: training cost {history['loss'][-1]:.4f}, test accuracy {accuracy:.3f}")
        ax.plot(range(1, len(watch.longest) + 1), watch.longest, color=colour, label=name)
        kind = "step" if rule else "stepfilled"
        ax_bars.hist(lengths(model).clip(0, 5), bins, histtype=kind, color=colour, linewidth=1.8, label=name)
    ax.axhline(RADIUS, color=figures.COLOURS["grey"], linestyle=":", label=f"c = {RADIUS:g}")
    ax.set(title="The longest weight vector of the first layer", xlabel="step", ylabel=r"$\max_i \|w_i\|$")
    ax_bars.set(title="All 100 units of that layer after training", xlabel=r"$\|w_i\|$", ylabel="units")
    ax.legend()
    ax_bars.legend()
