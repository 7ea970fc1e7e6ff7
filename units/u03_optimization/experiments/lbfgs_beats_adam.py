"""L-BFGS against Adam at the same number of gradients, both through fit, on two convex losses (§4.6)."""

import keras
import numpy as np
from scipy import optimize
from scipy.special import log_softmax

from course.figures.optimizer_colours import style
from course.training.rules.kept_values import kept
from units.u03_optimization.lbfgs_model import LBFGSModel
from units.u03_optimization.lbfgs_optimizer import LBFGS

PENALTY, RATES = 1e-3, (0.03, 0.1)
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def run(r):
    budget = r.pick(quick=60, full=300)
    _, axes = r.figure("curves", 1, 2, size=(10.8, 3.7))
    for ax, name in zip(axes, ("breast_cancer", "digits"), strict=True):
        x, y, classes = standardized(r.data(name))
        ours = LBFGSModel(softmax_regression(x.shape[1], classes))
        ours.compile(optimizer=LBFGS(iterations=5, tolerance=0.0), loss=LOSS)
        counts, losses = [0], [np.log(classes)]
        while counts[-1] + 8 <= budget:  # an epoch needs 6 gradients or a few more
            history = ours.fit(x, y, batch_size=len(x), epochs=1, shuffle=False, verbose=0).history
            counts.append(int(history["gradient_evaluations"][0]))
            losses.append(history["loss"][0])
        asked = counts[-1]
        adam = train_adam(x, y, classes, asked)
        best = min(adam, key=lambda rate: adam[rate][-1])
        minimum = scipy_minimum(x.astype("float64"), y, classes)

        r.table(
            ["method", "gradients", "training loss", "above the minimum"],
            [["L-BFGS", asked, f"{losses[-1]:.6f}", f"{losses[-1] - minimum:.1e}"]]
            + [[f"Adam, α = {a}", asked, f"{c[-1]:.6f}", f"{c[-1] - minimum:.1e}"] for a, c in adam.items()],
            title=f"{name}: SciPy's minimum is {minimum:.6f}",
        )
        r.metric(f"{name}_gradients", asked)
        r.metric(f"{name}_lbfgs_above_minimum", losses[-1] - minimum)
        r.metric(f"{name}_adam_above_minimum", adam[best][-1] - minimum)
        above = np.maximum(np.array(losses) - minimum, 1e-7)
        ax.semilogy(counts, above, "o-", color=style("L-BFGS")["color"], label="L-BFGS (cut at 1e-7)")
        for (rate, curve), line in zip(adam.items(), ("-", "--"), strict=True):
            ax.semilogy(curve - minimum, label=f"Adam, α = {rate}", **{**style("Adam"), "linestyle": line})
        ax.set(xlabel="full-batch gradients", ylabel="loss above its minimum", title=name.replace("_", " "))
        ax.legend(loc="lower left")


def standardized(d):
    """Features with mean 0 and deviation 1 (constant ones 0), labels, number of classes."""
    x, y = (d.features("train"), d.labels("train")) if d.name == "digits" else (d.features(), d.labels())
    return (x - x.mean(0)) / np.maximum(x.std(0), 1e-3), y, d.classes


def softmax_regression(features, classes):
    """z = W x + b from θ = 0, with δ‖W‖² added to the loss so that it has a minimum."""
    penalty = keras.regularizers.L2(PENALTY)
    layer = keras.layers.Dense(classes, kernel_initializer="zeros", kernel_regularizer=penalty)
    return keras.Sequential([keras.Input((features,)), layer])


def noting(means):
    """A callback that records the loss which ``fit`` reports after each batch."""
    return keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: means.append(logs["loss"]))


def train_adam(x, y, classes, gradients):
    """The losses before each step and after the last, for every learning rate; every batch is the full one."""
    model, curves = softmax_regression(x.shape[1], classes), {}
    model.compile(optimizer=keras.optimizers.Adam(), loss=LOSS)
    model.optimizer.build(model.trainable_variables)
    state = [*model.variables, *model.optimizer.variables]
    # one epoch of many batches is quicker than many epochs; Keras reports the mean over the batches so far
    batches, steps = (np.tile(x, (gradients, 1)), np.tile(y, gradients)), np.arange(1, gradients + 1)
    for rate in RATES:
        means = []
        with kept(state):
            model.optimizer.learning_rate = rate
            model.fit(*batches, batch_size=len(x), shuffle=False, verbose=0, callbacks=[noting(means)])
            final = model.evaluate(x, y, batch_size=len(x), verbose=0)
        curves[rate] = np.append(np.diff(np.array(means) * steps, prepend=0.0), final)
    return curves


def scipy_minimum(x, y, classes):
    """The least loss, by SciPy in float64."""
    rows, ends = np.arange(len(y)), x.shape[1] * classes

    def f(theta):
        W, b = theta[:ends].reshape(-1, classes), theta[ends:]
        log_p = log_softmax(x @ W + b, axis=1)
        delta = (np.exp(log_p) - np.eye(classes)[y]) / len(y)
        gradient = np.concatenate([(x.T @ delta + 2 * PENALTY * W).ravel(), delta.sum(0)])
        return -log_p[rows, y].mean() + PENALTY * np.sum(W**2), gradient

    start = np.zeros(ends + classes)
    return optimize.minimize(f, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-9, "ftol": 1e-15}).fun
