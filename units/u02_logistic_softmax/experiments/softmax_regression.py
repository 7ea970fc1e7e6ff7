"""Softmax regression on handwritten digits: 92% on MNIST, with a confidence interval (§3.3)."""

import keras
import numpy as np

from course import figures
from units.u01_machine_learning.binomial_interval import wilson_interval
from units.u01_machine_learning.cross_validation import cross_validate, stratified_kfold
from units.u02_logistic_softmax.softmax import softmax
from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression


def run(r):
    d = r.data()
    x, y, x_test, y_test = d.features("train"), d.labels("train"), d.features("test"), d.labels("test")
    learning_rate = r.pick(quick=0.02, full=0.002)
    settings = {"batch_size": r.pick(quick=64, full=128), "epochs": r.pick(quick=15, full=10), "verbose": 0}

    def compiled():
        model = SoftmaxRegression(d.classes)
        model.compile(optimizer=keras.optimizers.Adam(learning_rate))
        return model

    # 1. Train on the training set, evaluate on the test set.
    model = compiled()
    with r.model("test_accuracy", model):
        history = model.fit(x, y, validation_data=(x_test, y_test), **settings).history
    accuracy = history["val_accuracy"][-1]
    r.log(f"{model.count_params()} parameters, {len(x)} training and {len(x_test)} test samples")
    r.metric("test_accuracy", accuracy)
    r.metric("train_accuracy", history["accuracy"][-1])

    # 2. The confidence interval: the number of correct predictions among n test samples is binomial.
    low, high = wilson_interval(round(accuracy * len(x_test)), len(x_test))

    # 3. The variation with the training set: K-fold cross-validation on the training set.
    def score(train, dev):
        fold = compiled()
        fold.fit(x[train], y[train], **settings)
        return fold.evaluate(x[dev], y[dev], batch_size=500, verbose=0, return_dict=True)["accuracy"]

    folds = cross_validate(score, stratified_kfold(y, 3, r.rng))
    r.metric("interval_low", low)
    r.metric("interval_high", high)
    r.metric("cross_validation", folds.mean())
    r.table(
        ["estimate of the accuracy", "value", "from – to"],
        [
            ("test set, 95% Wilson interval", f"{accuracy:.4f}", f"{low:.4f} – {high:.4f}"),
            (
                f"{len(folds)}-fold cross-validation, range",
                f"{folds.mean():.4f}",
                f"{folds.min():.4f} – {folds.max():.4f}",
            ),
        ],
    )
    _draw(r, model, history, x_test, y_test, f"{d.name}, test accuracy {accuracy:.1%}")


def _draw(r, model, history, x_test, y_test, result):
    side = int(np.sqrt(x_test.shape[1]))
    fig, (ax, ax_accuracy) = r.figure("history", 1, 2, size=(9.5, 3.6))
    epochs = range(1, 1 + len(history["loss"]))
    for axes, key, label in ((ax, "loss", "cost $C(θ)$"), (ax_accuracy, "accuracy", "accuracy")):
        axes.plot(epochs, history[key], "o-", label="training (mean over the epoch)")
        axes.plot(epochs, history[f"val_{key}"], "s-", label="test")
        axes.set(title=f"The {label.split()[0]} while training", xlabel="epoch", ylabel=label)
    ax.legend()

    # Row k of W has one weight for each pixel: red pixels increase the logit of class k, blue ones decrease it.
    fig, axes = r.figure("weights", 2, 5, size=(9, 4.2))
    W = model.get_weights()[0].T
    figures.image_grid(axes, W.reshape(-1, side, side), [f"class {k}" for k in range(len(W))], diverging=True)
    fig.suptitle(f"W on {result}: red increases the logit, blue decreases it")

    y_hat = keras.ops.convert_to_numpy(softmax(model.predict(x_test, verbose=0)))
    chosen = y_hat.argmax(1)
    wrong = np.flatnonzero(chosen != y_test)
    surest = wrong[np.argsort(-y_hat[wrong, chosen[wrong]])][:10]
    fig, axes = r.figure("mistakes", 2, 5, size=(9.6, 4.6))
    titles = [f"{y_test[i]} taken for {chosen[i]},\nŷ = {y_hat[i, chosen[i]]:.3f}" for i in surest]
    figures.image_grid(axes, x_test[surest].reshape(-1, side, side), titles, cmap="gray_r")
    fig.suptitle(f"Mistakes with the highest probability on {result}")
