"""Nine optimizers train a small network on handwritten digits, with the same start and batches (§4.3)."""

import keras
import numpy as np
from keras import ops

from course import figures
from course.figures.optimizer_colours import style
from units.u03_optimization.adadelta import Adadelta
from units.u03_optimization.adagrad import Adagrad
from units.u03_optimization.adam import Adam
from units.u03_optimization.adamw import AdamW
from units.u03_optimization.momentum import Momentum
from units.u03_optimization.nadam import Nadam
from units.u03_optimization.nesterov import Nesterov
from units.u03_optimization.rmsprop import RMSprop
from units.u03_optimization.sgd import SGD

BATCH_SIZE = 64
OPTIMIZERS = {
    "SGD": lambda: SGD(0.1),
    "Momentum": lambda: Momentum(0.1, 0.9),
    "Nesterov": lambda: Nesterov(0.1, 0.9),
    "Adagrad": lambda: Adagrad(0.05),
    "RMSprop": lambda: RMSprop(0.003),
    "Adadelta": lambda: Adadelta(1.0),
    "Adam": lambda: Adam(0.005),
    "AdamW": lambda: AdamW(0.005, weight_decay=0.1),
    "Nadam": lambda: Nadam(0.005),
}


def run(r):
    d = r.data()
    # whole batches only: a shorter last batch would compile every step a second time
    whole = len(d.labels("train")) // BATCH_SIZE * BATCH_SIZE
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    test = (d.features("test"), d.labels("test"))
    epochs, weights = r.pick(quick=10, full=10), None
    _, (ax, ax_test) = r.figure("training", 1, 2, size=(10, 4), width_ratios=[1.3, 1])
    rows = []
    for i, (name, make) in enumerate(OPTIMIZERS.items()):
        model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(d.classes)])
        model.build((None, x.shape[1]))
        weights = weights or model.get_weights()
        model.set_weights(weights)
        model.compile(make(), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        keras.utils.set_random_seed(r.seed)  # the same order of the samples for all
        with r.model(f"loss_{name.lower()}", model):
            curve = model.fit(x, y, batch_size=BATCH_SIZE, epochs=epochs, verbose=0).history["loss"]
        accuracy = float(np.mean(np.argmax(ops.convert_to_numpy(model(test[0])), -1) == test[1]))
        r.metric(f"loss_{name.lower()}", curve[-1])
        rows.append((name, f"{curve[0]:.3f}", f"{curve[-1]:.4f}", f"{accuracy:.3f}"))
        drawn = {**style(name), "marker": figures.MARKERS[i // 3]}
        ax.semilogy(range(1, epochs + 1), curve, label=name, **drawn)
        ax_test.plot([accuracy], [name], markersize=8, **{**drawn, "linestyle": ""})
        ax_test.annotate(f"{accuracy:.3f}", (accuracy, name), (9, 0), textcoords="offset points", va="center")
    r.table(["optimizer", "loss, epoch 1", f"loss, epoch {epochs}", "test accuracy"], rows)
    ax.set(title="Training loss, mean over the epoch", xlabel="epoch", ylabel="cross-entropy")
    ax.figure.legend(*ax.get_legend_handles_labels(), handlelength=3, loc="outside right center")
    ax_test.margins(x=0.3)
    ax_test.set(title=f"Test accuracy after {epochs} epochs", xlim=(None, 1), xlabel="accuracy")
    ax_test.invert_yaxis()
