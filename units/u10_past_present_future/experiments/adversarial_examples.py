"""A small change of each pixel misleads a network, and training on such changes helps (epilogue)."""

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u02_logistic_softmax import SoftmaxRegression
from units.u04_feedforward import Classifier
from units.u10_past_present_future.adversarial_attack import fgsm, pgd, robust_accuracy
from units.u10_past_present_future.adversarial_training import AdversarialClassifier

RADIUS = 0.1


def run(r):
    d = r.data()
    x, y, x_test, y_test = d.features("train"), d.labels("train"), d.features("test"), d.labels("test")
    r.metric("linear_gap", linear_gap(x, y))
    radii = r.pick(quick=(0.0, 0.05, RADIUS, 0.2), full=(0.0, 0.05, RADIUS, 0.15, 0.2, 0.25))
    models = {
        "trained as usual": Classifier(network(d.classes), d.classes),
        "trained on PGD": AdversarialClassifier(network(d.classes), d.classes, RADIUS, steps=5),
    }
    curves = {}
    for name, model in models.items():
        model.compile(keras.optimizers.Adam(r.pick(quick=3e-3, full=1e-3)))
        epochs, batch = r.pick(quick=(15, 64), full=(10, 128))
        whole = r.pick(quick=len(x) // batch * batch, full=len(x))  # one shape of batches is compiled once
        with r.model("accuracy_usual" if "usual" in name else "accuracy_robust", model):
            model.fit(x[:whole], y[:whole], batch_size=batch, epochs=epochs, verbose=0)
    # each attack is compiled once: the radius is an input of it, and one model takes the weights of each
    victim = models["trained as usual"]
    attacks = {
        "one step": course.compiled(lambda a, b, e: fgsm(victim, a, b, e)),
        "PGD": course.compiled(lambda a, b, e: pgd(victim, a, b, e, seed=1)),
    }
    for name, model in models.items():
        victim.set_weights(model.get_weights())
        for kind, attack in attacks.items():
            curves[name, kind] = [attacked_accuracy(victim, attack, x_test, y_test, e) for e in radii]
        if "usual" in name:
            shown = attacked_digits(victim, attacks["PGD"], x_test, y_test)
    at = radii.index(RADIUS)
    usual, robust = curves["trained as usual", "PGD"], curves["trained on PGD", "PGD"]
    r.metric("accuracy_usual", usual[0])
    r.metric("accuracy_usual_attacked", usual[at])
    r.metric("accuracy_robust", robust[0])
    r.metric("accuracy_robust_attacked", robust[at])
    r.metric("pgd_below_one_step", curves["trained as usual", "one step"][at] - usual[at])
    r.table(
        ["training", "attack", *(f"ε = {e:g}" for e in radii)],
        [[*name, *(f"{a:.3f}" for a in accuracies)] for name, accuracies in curves.items()],
        title="Test accuracy after an attack",
    )
    _, ax = r.figure("accuracy", size=(6.5, 4))
    for (name, kind), accuracies in curves.items():
        colour = figures.COLOURS["blue" if "usual" in name else "orange"]
        ax.plot(radii, accuracies, "o-" if kind == "PGD" else "s--", color=colour, label=f"{name}, {kind}")
    ax.set(title="Accuracy under attack", xlabel="radius ε (the range of a pixel is 1)",
           ylabel="test accuracy", ylim=(0, 1))  # fmt: skip
    ax.legend(title="training, attack")
    pictures(r, *shown, d.images("test").shape[1:3])


def network(classes):
    """Two hidden layers."""
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    return keras.Sequential([*hidden, keras.layers.Dense(classes)])


def attacked_accuracy(model, attack, x, y, radius):
    """The accuracy after an attack on all of x, in batches of one size."""
    e = np.float32(radius)
    return robust_accuracy(model, x, y, lambda a, b: attack(a, b, e), batch_size=min(len(x), 1000))


def linear_gap(x, y):
    """FGSM on a linear model of two classes against the worst case, which is known: margin − ε ‖w‖₁."""
    chosen = (y == 3) | (y == 8)
    whole = chosen.sum() // 32 * 32  # batches of one shape
    x, y = x[chosen][:whole], (y[chosen][:whole] == 8).astype("int32")
    model = SoftmaxRegression(classes=2)
    model.compile(keras.optimizers.Adam(1e-2))
    model.fit(x, y, epochs=5, verbose=0)
    attacked = course.compiled(lambda a, b: fgsm(model, a, b, RADIUS, low=-np.inf, high=np.inf))(x, y)
    before, after = (margins(model, inputs, y) for inputs in (x, attacked))
    kernel = max((ops.convert_to_numpy(v) for v in model.trainable_variables), key=np.ndim)
    worst = before - RADIUS * np.abs(kernel[:, 1] - kernel[:, 0]).sum()
    return np.abs(after - worst).max()


def margins(model, x, y):
    """By how much the logit of the right class is above the other one."""
    z = ops.convert_to_numpy(model(x))
    return (2 * y - 1) * (z[:, 1] - z[:, 0])


def attacked_digits(model, attack, x, y):
    """Four digits that are classified right and then wrong: both inputs and both answers, one row for each digit."""
    n = min(len(x), 1000)  # the shape that the attack was compiled for
    attacked = ops.convert_to_numpy(attack(x[:n], y[:n], np.float32(RADIUS)))
    before, after = (ops.convert_to_numpy(model(v)).argmax(-1) for v in (x[:n], attacked))
    chosen = np.flatnonzero((before == y[:n]) & (after != y[:n]))[:4]
    return x[chosen], before[chosen], attacked[chosen], after[chosen]


def pictures(r, x, before, attacked, after, shape):
    """Four digits, and what becomes of them."""
    _, axes = r.figure("examples", 2, 4, size=(8, 4.4))
    for i in range(len(x)):
        for row, (image, label) in enumerate(((x[i], before[i]), (attacked[i], after[i]))):
            axes[row, i].imshow(image.reshape(shape), cmap="gray_r", vmin=0, vmax=1)
            axes[row, i].set(title=f"{'attacked' if row else 'original'}: {label}", xticks=[], yticks=[])
    for ax in axes[:, len(x) :].ravel():
        ax.set_axis_off()
