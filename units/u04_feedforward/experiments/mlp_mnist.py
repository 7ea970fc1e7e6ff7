"""A multilayer perceptron with the methods of this part: He, dropout, a decreasing learning rate (§5.6)."""

import keras
import numpy as np
from matplotlib.ticker import MaxNLocator

from course import figures
from units.u04_feedforward import Dropout, FeedForward, He


def run(r):
    d = r.data()
    x, y = d.features("train"), d.labels("train")
    x_test, y_test = d.features("test"), d.labels("test")
    seeds = r.pick(quick=1, full=3)
    epochs = r.pick(quick=12, full=20)
    widths = r.pick(quick=[128, 128], full=[512, 512])
    batch_size = r.pick(quick=32, full=128)
    fig, (ax, ax_wrong) = r.figure("training", 1, 2, size=(10, 4))
    accuracies = []
    for i in range(seeds):
        keras.utils.set_random_seed(r.seed + i)
        model = FeedForward(
            widths,
            "relu",
            d.classes,
            dropout=Dropout(r.pick(quick=0.2, full=0.3), seed=r.seed + i),
            initializer=He(),
        )
        steps = epochs * -(-len(x) // batch_size)
        model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, steps)))
        with r.model("test_accuracy", model):
            history = model.fit(
                x, y, batch_size=batch_size, epochs=epochs, verbose=0, validation_data=(x_test, y_test)
            ).history
        accuracies.append(history["val_accuracy"][-1])
        r.log(f"seed {r.seed + i}: test accuracy {accuracies[-1]:.4f}")
        error = 100 * (1 - np.array(history["val_accuracy"]))
        ax.plot(range(1, epochs + 1), error, color=figures.CYCLE[i], label=f"test, seed {r.seed + i}")
        training = 100 * (1 - np.array(history["accuracy"]))
        ax.plot(
            range(1, epochs + 1),
            training,
            ":",
            color=figures.CYCLE[i],
            label="training, with dropout",
        )
    r.metric("test_accuracy", np.mean(accuracies))
    r.metric("parameters", model.count_params())
    predicted = model.predict(x_test, verbose=0).argmax(axis=1)
    confusion = np.zeros((d.classes, d.classes), int)
    np.add.at(confusion, (y_test, predicted), 1)
    np.fill_diagonal(confusion, 0)
    image = ax_wrong.imshow(confusion, cmap="Blues")
    ax_wrong.figure.colorbar(image, ax=ax_wrong, label="test images", ticks=MaxNLocator(integer=True))
    ax_wrong.set(
        title="Confusion matrix (last seed)",
        xlabel="predicted class",
        ylabel="true class",
        xticks=range(d.classes),
        yticks=range(d.classes),
    )
    ax.set(
        title=f"Hidden layers of {' and '.join(map(str, widths))} ReLUs",
        xlabel="epoch",
        ylabel="error (%)",
        ylim=(0, r.pick(quick=20, full=6)),
    )
    ax.legend()
    fig.suptitle(f"{d.name}: {len(x):,} training images, test accuracy {np.mean(accuracies):.1%}")
