"""Early stopping on data with wrong labels: the validation cost increases before the training cost does (§5.6)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u04_feedforward import EarlyStopping, FeedForward

WRONG, PATIENCE, EPOCHS = 0.2, 5, 40


def run(r):
    d = r.data()
    chosen = r.rng.permutation(len(d.labels("train")))[: r.pick(quick=800, full=4000)]
    x, y = d.features("train")[chosen], d.labels("train")[chosen].copy()
    flipped = r.rng.random(len(y)) < WRONG
    y[flipped] = (y[flipped] + r.rng.integers(1, d.classes, flipped.sum())) % d.classes
    half = len(y) // 2
    train, validation = (x[:half], y[:half]), (x[half:], y[half:])
    x_test, y_test = d.features("test"), d.labels("test")

    ours = EarlyStopping(patience=PATIENCE)
    theirs = keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)
    model = FeedForward([128], "relu", d.classes)
    model.compile(keras.optimizers.Adam(3e-3))
    model.prepare((x[:50], y[:50]))
    variables = [*model.variables, *model.optimizer.variables]
    start = [ops.convert_to_numpy(v) for v in variables]
    histories, accuracies = [], []
    for callbacks in ([], [ours, theirs]):
        for v, value in zip(variables, start, strict=True):  # one model, so that the step is compiled once
            v.assign(value)
        history = model.fit(
            *train,
            batch_size=50,
            epochs=EPOCHS,
            shuffle=False,
            verbose=0,
            validation_data=validation,
            callbacks=callbacks,
        )
        histories.append(history.history)
        z = ops.convert_to_numpy(model(x_test))
        accuracies.append(np.mean(z.argmax(axis=1) == y_test))
    history, stopped = histories
    gaps = [np.abs(a - b).max() for a, b in zip(model.get_weights(), theirs.best_weights, strict=True)]
    r.metric("best_epoch", ours.best_epoch + 1)
    r.metric("epochs_run", len(stopped["loss"]))
    r.metric("epochs_apart_from_keras", abs(ours.stopped_epoch - theirs.stopped_epoch))
    r.metric("weights_apart_from_keras", max(gaps))
    r.metric("test_accuracy_stopped", accuracies[1])
    r.metric("test_accuracy_to_the_end", accuracies[0])
    r.metric("validation_cost_at_the_end_over_best", history["val_loss"][-1] / ours.best)
    _, ax = r.figure("curves", size=(7.5, 4.2))
    epochs = np.arange(1, EPOCHS + 1)
    ax.plot(epochs, history["loss"], label="training cost")
    ax.plot(epochs, history["val_loss"], label="validation cost")
    ax.axvline(
        ours.best_epoch + 1,
        color=figures.COLOURS["green"],
        linestyle="--",
        label="best epoch: its weights are kept",
    )
    ax.axvline(
        ours.stopped_epoch + 1,
        color=figures.COLOURS["grey"],
        linestyle=":",
        label=f"stopped: {PATIENCE} epochs without gain",
    )
    ax.set(title=f"{WRONG:.0%} of the labels are wrong", xlabel="epoch", ylabel="cost")
    ax.legend()
