"""A small network learns from few digits, with their labels or with the logits of a large one (§2.5)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u02_logistic_softmax import softmax
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade.distillation import Distiller
from units.u06_tricks_of_the_trade.restart import restart

FEW, TEMPERATURES, EPOCHS = 100, (1.0, 2.0, 4.0), 80


def run(r):
    d = r.data()
    x, y = d.features("train"), d.labels("train")
    test, seeds = (d.features("test"), d.labels("test")), r.pick(quick=3, full=5)
    teacher = Classifier(network(r.pick(quick=[128, 128], full=[256, 256]), d.classes), d.classes)
    teacher.compile(keras.optimizers.Adam(3e-3))
    whole = r.whole(len(x), 125)
    with r.model("accuracy_teacher", teacher):
        teacher.fit(x[:whole], y[:whole], batch_size=125, epochs=r.pick(quick=15, full=5), verbose=0)
    student = Distiller(network([16], d.classes), teacher.network, d.classes)
    student.compile(keras.optimizers.Adam(1e-2))
    batch_size, rate = r.pick(quick=(100, 2e-2), full=(50, 1e-2))
    student.prepare((x[:batch_size], y[:batch_size]))
    r.metric("accuracy_teacher", accuracy(teacher, *test))
    r.metric("share_of_parameters", student.network.count_params() / teacher.count_params())

    settings = {"labels": (1.0, 0.0), **{f"τ = {tau:g}": (tau, 0.9) for tau in TEMPERATURES}}
    found = {}
    for name, (tau, share) in settings.items():
        student.temperature.assign(tau)
        student.soft_share.assign(share)
        found[name] = [few_digits(student, batch_size, rate, r.seed + s, x, y, test) for s in range(seeds)]
    r.table(
        ["student learns from", *(f"seed {r.seed + s}" for s in range(seeds)), "mean"],
        [[name, *(f"{a:.3f}" for a in values), f"{np.mean(values):.3f}"] for name, values in found.items()],
        title=f"Test accuracy after {FEW} digits; the teacher saw {len(y)}",
    )
    r.metric("accuracy_with_labels", np.mean(found["labels"]))
    r.metric("accuracy_at_temperature_4", np.mean(found["τ = 4"]))
    r.metric("least_gain_of_a_seed", np.min(np.subtract(found["τ = 4"], found["labels"])))
    r.log(f"All students are trained for {EPOCHS} epochs on the same digits; χ = 0.9 with a teacher.")

    _, (ax, ax_soft) = r.figure("temperature", 1, 2, size=(10.5, 4))
    for s in range(seeds):
        points = [found[name][s] for name in found]
        ax.plot(list(found), points, "o-", color=figures.pale(figures.COLOURS["blue"], 0.5), linewidth=1)
    ax.plot(
        list(found), [np.mean(v) for v in found.values()], "s-", color=figures.COLOURS["blue"], label="mean"
    )
    ax.axhline(r.metrics["accuracy_teacher"], color=figures.COLOURS["orange"], label="teacher")
    ax.set(title=f"Student after {FEW} digits, {seeds} seeds", ylabel="test accuracy")
    ax.legend()
    v = teacher(test[0])
    unsure = int(np.argmin(ops.convert_to_numpy(ops.max(softmax(v), axis=-1))[:100]))
    for shift, tau, colour in ((-0.2, 1.0, "grey"), (0.2, 4.0, "green")):
        p = ops.convert_to_numpy(softmax(v[unsure] / tau))
        ax_soft.bar(np.arange(d.classes) + shift, p, 0.4, color=figures.COLOURS[colour], label=f"τ = {tau:g}")
    ax_soft.set(
        title=f"Where the teacher is least sure: a {test[1][unsure]}", xlabel="class", ylabel="probability"
    )
    ax_soft.set_xticks(range(d.classes))
    ax_soft.legend()


def network(widths, classes):
    """Hidden layers of these widths, and logits."""
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    return keras.Sequential([*hidden, keras.layers.Dense(classes)])


def few_digits(student, batch_size, rate, seed, x, y, test):
    """Train from new weights on as many digits of each class; the test accuracy."""
    restart(student, student.network, rate, seed)
    rng, classes = np.random.default_rng(seed), y.max() + 1
    chosen = np.concatenate(
        [rng.permutation(np.flatnonzero(y == c))[: FEW // classes] for c in range(classes)]
    )
    # all epochs in one: what fit does between two epochs would take longer than the batches of one
    order = np.concatenate([rng.permutation(chosen) for _ in range(EPOCHS)])
    student.fit(x[order], y[order], batch_size=batch_size, shuffle=False, verbose=0)
    return accuracy(student, *test)


def accuracy(model, x, y):
    """The share of samples that the model classifies right."""
    return np.mean(ops.convert_to_numpy(model(x)).argmax(-1) == y)
