"""Six eras on one task: error, parameters, multiplications and seconds in one table (§1.1)."""

import time

import keras
import numpy as np

from course import figures
from units.u04_feedforward import Classifier
from units.u05_convolution.counting import multiplications
from units.u10_past_present_future.eras import ERAS
from units.u10_past_present_future.multiclass_perceptron import MulticlassPerceptron


def run(r):
    d = r.data()
    enlarge = r.pick(quick=2, full=1)  # the digits have 8 × 8 pixels, and LeNet-5 needs 16
    x, x_test = (
        np.kron(d.images(part), np.ones((1, enlarge, enlarge, 1), "float32")) for part in ("train", "test")
    )
    y, y_test = d.labels("train"), d.labels("test")
    batch, epochs = r.pick(quick=(32, 6), full=(128, 5))
    whole = len(y) // batch * batch
    rows, errors, sizes = [], [], []
    for era in ERAS:
        keras.utils.set_random_seed(r.seed)
        network = era.build(input_shape=x.shape[1:], classes=d.classes)
        started = time.perf_counter()
        if era.name == "perceptron":
            flat = [v.reshape(len(v), -1) for v in (x[:whole], x_test)]
            model = MulticlassPerceptron(flat[0].shape[1], d.classes)
            model.compile()
            model.fit(flat[0], y[:whole], batch_size=8, epochs=2, verbose=0)
            found = model.evaluate(flat[1], y_test, batch_size=len(y_test), verbose=0, return_dict=True)
        else:
            model = Classifier(network, d.classes)
            steps = epochs * whole // batch
            model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, steps)))
            model.fit(x[:whole], y[:whole], batch_size=batch, epochs=epochs, verbose=0)
            found = model.evaluate(
                x_test, y_test, batch_size=min(len(y_test), 1000), verbose=0, return_dict=True
            )
        seconds = time.perf_counter() - started
        key = "error_" + era.name.split(",")[0].replace(" ", "_").replace("-", "_").lower()
        r.model(key, network).add(seconds)
        errors.append(1 - found["accuracy"])
        sizes.append((network.count_params(), multiplications(network)))
        r.metric(key, errors[-1])
        rows.append((era.name, str(era.year), era.idea, f"{100 * errors[-1]:.1f}", f"{sizes[-1][0]:,}",
                     f"{sizes[-1][1]:,}", f"{seconds:.1f}"))  # fmt: skip
    r.metric("best_of_1998_and_later", min(errors[2:]))
    r.table(
        ["model", "year", "what was new", "test error, %", "parameters", "multiplications", "seconds"],
        rows,
        title=f"{d.name}; seconds of training and evaluation on this machine, compilation included",
    )
    _, axes = r.figure("eras", 1, 2, size=(11, 4.2), sharey=True)
    labels = ("parameters", "multiplications for one image")
    for ax, label, size in zip(axes, labels, np.transpose(sizes), strict=True):
        for era, e, n, colour in zip(ERAS, errors, size, figures.CYCLE, strict=False):
            ax.plot(n, 100 * e, "o", markersize=9, color=colour, label=f"{era.name} ({era.year})")
        ax.set(xlabel=f"{label} (log scale)", xscale="log", title=f"Error against {label.split()[0]}")
        ax.set_xlim(10 ** np.floor(np.log10(min(size))), 10 ** np.ceil(np.log10(max(size))))
        ax.xaxis.set_minor_formatter("")
    axes[0].set(ylabel="test error (%)", ylim=(0, None))
    axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
