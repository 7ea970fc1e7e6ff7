"""Features, fine-tuning, gradual unfreezing: the same digits by another camera, and other digits (§6.5)."""

import keras
import numpy as np

from course.figures import CYCLE
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade.blocks import block_network
from units.u06_tricks_of_the_trade.gradual_unfreezing import GradualUnfreezing
from units.u06_tricks_of_the_trade.intervals import in_percent, mean_and_interval, of_seeds
from units.u06_tricks_of_the_trade.restart import restart
from units.u06_tricks_of_the_trade.transfer import train_only, with_new_head
from units.u06_tricks_of_the_trade.two_tasks import some_of_each, two_cameras, two_tasks

WAYS = ("from scratch", "features", "fine-tuning", "gradual unfreezing")
NUMBERS = (3, 10, 30)


def run(r):
    d = r.data()
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    numbers = r.pick(quick=NUMBERS[:1], full=NUMBERS)
    results = {}
    for pair in r.pick(quick=["camera"], full=["camera", "digits"]):
        found = results[pair] = np.array([adapted(r, d, pair, numbers, seed) for seed in seeds])
        rows = []  # found: (seeds, numbers, ways)
        for i, number in enumerate(numbers):
            rows.append((number, *(in_percent(found[:, i, j]) for j in range(len(WAYS)))))
            for j, way in enumerate(WAYS):
                r.metric(f"{pair}_{way.replace(' ', '_').replace('-', '_')}_{number}", found[:, i, j].mean())
            r.metric(f"{pair}_gain_{number}", (found[:, i, 3] - found[:, i, 0]).mean())
        title = f"another {pair}: test accuracy in %, {of_seeds(len(seeds))}"
        r.table(["labels of each class", *WAYS], rows, title=title)
    draw(r, numbers, results)


def adapted(r, d, pair, numbers, seed):
    """The test accuracies of all ways, (numbers, ways)."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    first, second = two_cameras(d, rng) if pair == "camera" else two_tasks(d)
    channels = r.pick(quick=(8, 16), full=(16, 32, 64))
    trained = block_network(first.x.shape[1:], first.classes, channels, normalize=False)
    model = Classifier(trained, first.classes)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
    whole = r.whole(len(first.x), 100)
    epochs = r.pick(quick=20, full=3)
    model.fit(first.x[:whole], first.y[:whole], batch_size=100, epochs=epochs, verbose=0)

    # one network for all ways: a step is compiled once for what trains in it
    network = with_new_head(trained, second.classes)
    model = Classifier(network, second.classes)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9))
    model.optimizer.build(model.trainable_variables)
    blocks = [f"block_{i}" for i in range(len(channels), 0, -1)]
    everything = ["head", *blocks]
    stages = r.pick(quick=["head", blocks], full=everything)
    epochs = (
        len(stages) + 1
    )  # of as many passes each: what fit does between two epochs takes as long as a step
    passes, accuracies = 60 // epochs, []
    for number in numbers:
        rows = some_of_each(second.y, number, rng)
        batch = r.pick(quick=len(rows), full=min(25, len(rows)))  # quick: one shape of a batch
        untrained = block_network(second.x.shape[1:], second.classes, channels, normalize=False)
        started = with_new_head(trained, second.classes)
        order = np.concatenate([rng.permutation(rows) for _ in range(passes)])
        x, y, logits = second.x[order], second.y[order], []
        for start, groups in zip(
            (untrained, started, started, started),
            ([everything], ["head"], [everything], stages),
            strict=True,
        ):
            restart(model, network, fresh=start)
            schedule = GradualUnfreezing(network, groups)
            model.fit(x, y, batch_size=batch, epochs=epochs, shuffle=False, verbose=0, callbacks=[schedule])
            train_only(network, everything)
            logits.append(model.predict(second.x_test, batch_size=len(second.x_test), verbose=0))
        accuracies.append([np.mean(z.argmax(axis=-1) == second.y_test) for z in logits])
    return accuracies


def draw(r, numbers, results):
    """Accuracies of the ways, by the number of labels if there are several."""
    fig, axes = r.figure("gain", 1, len(results), size=(6, 4.4), squeeze=False)
    fig.set_size_inches(1 + 5 * len(results), 4.4)
    for ax, (pair, found) in zip(axes[0], results.items(), strict=True):
        for j, (way, colour) in enumerate(zip(WAYS, CYCLE, strict=False)):
            mean, half = 100 * np.transpose([mean_and_interval(found[:, i, j]) for i in range(len(numbers))])
            if len(numbers) == 1:
                ax.bar_label(ax.bar(j, mean, 0.6, color=colour), fmt="%.0f")
                continue
            places = np.array(numbers) * 1.03 ** (
                j - 1.5
            )  # side by side, so that no interval covers another one
            ax.errorbar(places, mean, yerr=half, fmt="o-", capsize=3, color=colour, label=way)
        ax.set(title=f"Another {pair}, few labels ({r.data_name})", ylabel="test accuracy (%)")
        if len(numbers) == 1:
            ax.set(
                xticks=range(len(WAYS)),
                xticklabels=WAYS,
                xlabel=f"{numbers[0]} labels of each class",
                ylim=(0, 108),
            )
        else:
            ax.set(xlabel="labels of each class (log scale)", xscale="log")
            ax.set_xticks(numbers, numbers)
            ax.minorticks_off()
            ax.legend()
