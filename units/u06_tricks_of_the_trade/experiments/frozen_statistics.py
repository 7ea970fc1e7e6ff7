"""Batch normalization when a network is reused: frozen layers, frozen variables, small batches (§5.6, §6.5)."""

import keras
import numpy as np

from course.figures import CYCLE
from units.u04_feedforward import Classifier, SideBySide
from units.u06_tricks_of_the_trade.blocks import block_network
from units.u06_tricks_of_the_trade.intervals import in_percent, of_seeds
from units.u06_tricks_of_the_trade.moving_statistics import drift, freeze_variables_only, moving_statistics
from units.u06_tricks_of_the_trade.transfer import train_only, with_new_head
from units.u06_tricks_of_the_trade.two_tasks import some_of_each, two_tasks

WAYS = ("layers frozen", "only variables frozen", "thawed, inference mode", "thawed, training mode")


class InferenceMode(keras.layers.Layer):
    """A network that is always called with ``training=False``, even while it is trained."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, x, training=None):
        """The network's output with its moving statistics."""
        return self.network(x, training=False)


def run(r):
    d, ways = r.data(), WAYS if r.full else WAYS[:2]
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    results = np.array([adapted(r, d, ways, seed) for seed in seeds])  # (seeds, ways, 3)
    rows = []
    for j, way in enumerate(ways):
        name = way.replace(",", "").replace(" ", "_")
        for k, measure in enumerate(("drift", "old_task", "new_task")):
            r.metric(f"{measure}_{name}", results[:, j, k].mean())
        rows.append((way, f"{results[:, j, 0].mean():.3f}", *(in_percent(results[:, j, k]) for k in (1, 2))))
    columns = ["the body is", "moving statistics changed by", "old task, %", "new task, %"]
    r.table(columns, rows, title=f"after training on the new task; {of_seeds(len(seeds))}")
    _, ax = r.figure("statistics", size=(8.5, 4.2))
    for k, (label, colour) in enumerate(zip(("old task, old head", "new task"), CYCLE, strict=False)):
        values = 100 * results[:, :, k + 1].mean(axis=0)
        bars = ax.bar(np.arange(len(ways)) + 0.4 * k - 0.2, values, 0.38, color=colour, label=label)
        ax.bar_label(bars, fmt="%.0f")
    ax.set(
        title="What batch normalization does to a reused network",
        ylabel="test accuracy (%)",
        ylim=(0, 118),
        xticks=range(len(ways)),
        xticklabels=[way.replace(", ", ",\n").replace("only ", "only\n") for way in ways],
    )
    ax.legend(loc="upper center", ncols=2)


def adapted(r, d, ways, seed):
    """For each way: the change of the statistics, the accuracies on the old and on the new task."""
    keras.utils.set_random_seed(seed)
    first, second = two_tasks(d)
    channels = r.pick(quick=(16,), full=(16, 32, 64))
    trained = block_network(first.x.shape[1:], first.classes, channels)
    model = Classifier(trained, first.classes)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
    whole = r.whole(len(first.x), 100)
    epochs = r.pick(quick=8, full=3)
    model.fit(first.x[:whole], first.y[:whole], batch_size=100, epochs=epochs, verbose=0)
    before, old_head = moving_statistics(trained), trained.layers[-1].get_weights()

    networks = {way: with_new_head(trained, second.classes) for way in ways}
    train_only(networks[WAYS[0]], "head")
    head = networks[WAYS[1]].get_layer("head")
    freeze_variables_only(networks[WAYS[1]])
    for variable in head.variables:
        variable.trainable = True
    members = dict(networks)
    if r.full:
        members[WAYS[2]] = InferenceMode(networks[WAYS[2]])
    together = SideBySide(
        {f"way_{i}": Classifier(members[way], second.classes) for i, way in enumerate(ways)}
    )
    # few labels, darker images, and batches of 5: their statistics are other ones, and they are noisy
    rows = some_of_each(second.y, 20, np.random.default_rng(seed))
    x, y = dark(second.x[rows]), second.y[rows]
    together.compile(keras.optimizers.SGD(0.01, momentum=0.9))
    together.fit(x, y, batch_size=5, epochs=r.pick(quick=6, full=20), verbose=0)
    logits = together.predict(dark(second.x_test), batch_size=len(second.x_test), verbose=0)
    new = np.mean(logits.argmax(axis=-1) == second.y_test, axis=1)

    for network in networks.values():
        network.get_layer("head").set_weights(old_head)
    logits = together.predict(first.x_test, batch_size=len(first.x_test), verbose=0)
    old = np.mean(logits.argmax(axis=-1) == first.y_test, axis=1)
    moved = [drift(before, moving_statistics(networks[way])) for way in ways]
    return np.stack([moved, old, new], axis=1)


def dark(images):
    """White background."""
    return 1 - images
