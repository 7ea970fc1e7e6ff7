"""Depth against width: 2k ReLUs in k layers make 2^k pieces; random networks make far fewer (§5.4)."""

import numpy as np
from keras import ops

from course.figures import COLOURS, CYCLE
from units.u04_feedforward.depth_and_width import (
    largest_number_of_pieces,
    pieces,
    sawtooth_network,
    shallow_sawtooth_network,
    smallest_width,
)
from units.u04_feedforward.network import forward, network

DEEPEST, RANDOM_NETWORKS = 8, 40
SHAPES = ([24], [12] * 2, [8] * 3, [6] * 4)  # 24 hidden units each


def run(r):
    x = np.linspace(0, 1, 513).astype("float32")
    _, (teeth, count, random) = r.figure("pieces", 1, 3, size=(11, 3.9))
    for k, colour in zip((1, 2, 4), CYCLE, strict=False):
        values = ops.convert_to_numpy(forward(x[:, None], sawtooth_network(k)).a[-1])[:, 0]
        teeth.plot(x, values + 1.2 * np.log2(k), color=colour, label=f"k = {k}")
    teeth.set(title="Folding: k layers of 2 units", xlabel="x", ylabel="f(x), shifted", ylim=(-0.1, 5.2))

    rows, depths = [], np.arange(1, DEEPEST + 1)
    for k in depths:
        deep, shallow = sawtooth_network(k), shallow_sawtooth_network(k)
        made, same = (len(pieces(layers, 0, 1)[1]) for layers in (deep, shallow))
        rows.append((k, 2 * k, made, len(shallow[0].b), same, smallest_width(made)))
    r.table(
        ["layers", "units", "pieces", "units in one layer", "pieces", "least units for as many pieces"],
        rows,
        title="the same sawtooth",
    )
    r.metric("pieces_of_16_units_deep", rows[-1][2])
    r.metric("units_of_one_layer", rows[-1][3])
    r.metric("least_units_of_one_layer", rows[-1][5])
    units = 2 * depths
    count.semilogy(units, [row[2] for row in rows], "o-", color=COLOURS["red"], label="deep: layers of 2")
    count.semilogy(units, units + 1, "s-", color=COLOURS["blue"], label="one layer, at most")
    count.set(title="Pieces of the sawtooth", xlabel="hidden units", ylabel="linear pieces (log scale)")

    counts = [[_random_pieces(widths, r.rng) for _ in range(RANDOM_NETWORKS)] for widths in SHAPES]
    places, means = np.arange(1, len(SHAPES) + 1), np.mean(counts, axis=1)
    for place, some in zip(places, counts, strict=True):
        jitter = r.rng.uniform(-0.12, 0.12, size=len(some))
        random.plot(place + jitter, some, ".", color=COLOURS["grey"], markersize=4)
    random.plot(places, means, "o-", color=COLOURS["blue"], label="random, mean of 40")
    random.plot(
        places, [largest_number_of_pieces(w) for w in SHAPES], "s--", color=COLOURS["red"], label="at most"
    )
    random.set(
        title="Random networks of 24 units",
        xlabel="hidden layers",
        ylabel="linear pieces (log scale)",
        yscale="log",
        xticks=places,
    )
    for ax in (teeth, count, random):
        ax.legend(loc="upper left")
    random.set_ylim(top=2e4)
    r.metric("random_pieces_one_layer", means[0])
    r.metric("random_pieces_four_layers", means[-1])
    r.metric("most_pieces_four_layers", largest_number_of_pieces(SHAPES[-1]))


def _random_pieces(widths, rng):
    """Pieces on [−3, 3] with He's variance and normal biases."""
    layers = [
        layer._replace(W=2**0.5 * layer.W, b=rng.normal(size=len(layer.b)))
        for layer in network([1, *widths, 1], "relu", seed=rng.integers(2**31))
    ]
    return len(pieces(layers, -3, 3)[1])
