"""What a convolution assumes, and what that is worth: five networks on signals, in order and shuffled (§6.2)."""

import keras
import numpy as np
from keras import layers

from course import figures
from units.u04_feedforward import Classifier, FeedForward, SideBySide
from units.u05_convolution import LocallyConnected1D, signal_network

TRAINING = 4000
POSITIONS = ("in_order", "shuffled")


def gru():
    """A recurrent network that reads the signal in both directions."""
    reader = layers.Bidirectional(layers.GRU(6, return_sequences=True))
    return Classifier(
        keras.Sequential([layers.Reshape((-1, 1)), reader, layers.Flatten(), layers.Dense(10)]), classes=10
    )


class Reordered(Classifier):
    """A network that sees its signals with their positions in another order."""

    def __init__(self, network, order):
        super().__init__(network)
        self.order = tuple(map(int, order))

    def call(self, x, training=None):
        """The logits of the network for the reordered signals."""
        return self.network(keras.ops.take(x, self.order, axis=1), training=training)


def run(r):
    d, shuffled = r.data(), r.data("mnist1d", shuffled=True)
    x, y = d.features(), d.labels()
    # both sets hold the same signals: equal columns give the order
    order = [int(np.flatnonzero((x == column[:, None]).all(axis=0))[0]) for column in shuffled.features().T]
    dropout = r.pick(quick=0.0, full=0.1)
    networks = {
        "logistic": lambda: FeedForward([]),
        "fully connected": lambda: FeedForward([100, 100]),
        "locally connected": lambda: signal_network(LocallyConnected1D, dropout=dropout),
        "GRU": gru,
        "convolutional": lambda: signal_network(dropout=dropout),
    }
    if not r.full:  # these two take the most time
        del networks["locally connected"], networks["GRU"]
    on_shuffled = r.pick(quick=["convolutional"], full=list(networks))
    epochs, batch_size = r.pick(quick=6, full=60), 100
    accuracies = []
    for seed in range(r.seed, r.seed + r.pick(quick=1, full=3)):
        keras.utils.set_random_seed(seed)
        members = {(name, "in_order"): make() for name, make in networks.items()}
        members |= {(name, "shuffled"): Reordered(networks[name](), order) for name in on_shuffled}
        together = SideBySide({"_".join(key).replace(" ", "_"): m for key, m in members.items()})
        highest = r.pick(quick=0.015, full=0.01)
        rate = keras.optimizers.schedules.CosineDecay(highest, epochs * TRAINING // batch_size)
        together.compile(optimizer=keras.optimizers.Adam(rate))
        together.fit(x[:TRAINING], y[:TRAINING], batch_size=batch_size, epochs=epochs, verbose=0)
        predicted = together.predict(x[TRAINING:], batch_size=len(x) - TRAINING, verbose=0).argmax(axis=-1)
        accuracies.append(np.mean(predicted == y[TRAINING:], axis=1))
    mean = dict(zip(members, np.mean(accuracies, axis=0), strict=True))
    spread = dict(zip(members, np.std(accuracies, axis=0), strict=True))
    parameters = {name: members[name, "in_order"].count_params() for name in networks}
    for (name, positions), accuracy in mean.items():
        key = f"{name.lower().replace(' ', '_')}_{positions}"
        r.model(key, parameters[name])
        r.metric(key, accuracy)
    shown = [[f"{mean[n, p]:.3f}" if (n, p) in mean else "" for p in POSITIONS] for n in networks]
    rows = [(n, f"{parameters[n]:,}", *cells) for n, cells in zip(networks, shown, strict=True)]
    r.table(["network", "parameters", "positions in order", "shuffled"], rows, title="test accuracy")
    _, ax = r.figure("levels", size=(9, 4))
    for i, positions in enumerate(POSITIONS):
        chosen = [n for n in networks if (n, positions) in mean]
        bars = ax.bar(
            [list(networks).index(n) + 0.4 * i - 0.2 for n in chosen],
            [100 * mean[n, positions] for n in chosen],
            0.38,
            yerr=[100 * spread[n, positions] for n in chosen],
            color=figures.CYCLE[i],
            label=f"positions {positions.replace('_', ' ')}",
        )
        ax.bar_label(bars, fmt="%.0f")
    ax.set(
        title=f"MNIST-1D, {epochs} epochs",
        ylabel="test accuracy (%)",
        ylim=(0, 108),
        xticks=range(len(networks)),
        xticklabels=[f"{name}\n{parameters[name]:,} parameters" for name in networks],
    )
    ax.legend(loc="upper left")
