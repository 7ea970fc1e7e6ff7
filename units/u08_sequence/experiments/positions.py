"""Positions of attention: waves of many lengths, and products that depend on the distance only (§7.5)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u08_sequence.positions import rotate, sinusoidal_positions


def run(r):
    steps, d = r.pick(quick=64, full=256), r.pick(quick=64, full=128)
    table = sinusoidal_positions(steps, d)
    products = table @ table.T / (d / 2)  # 1 on the diagonal, as sin² + cos² = 1 in each pair
    distance = np.abs(np.arange(steps)[:, None] - np.arange(steps))
    means = np.array([products[distance == k].mean() for k in range(steps)])
    r.metric("mean_product_at_distance_0", means[0])
    r.metric("mean_product_at_distance_32", means[32])

    # the same query and the same key at all positions: only their distance may count
    q, k = r.rng.normal(size=(2, 1, d)).astype("float32")
    turned_q, turned_k = (ops.convert_to_numpy(rotate(np.repeat(x, steps, axis=0))) for x in (q, k))
    turned = turned_q @ turned_k.T / d
    diagonals = [np.diag(turned, k) for k in range(-steps + 1, steps)]
    r.metric("largest_change_of_a_turned_product", max(np.ptp(each) for each in diagonals))
    norms = np.linalg.norm(turned_q, axis=1)
    r.metric("largest_change_of_a_norm", np.ptp(norms) / norms.mean())

    _, axes = r.figure("positions", 1, 3, size=(12, 3.8))
    axes[0].imshow(table.T, aspect="auto", cmap="RdBu", vmin=-1, vmax=1)
    axes[0].set(title="Sinusoidal positions", xlabel="position t", ylabel="channel")
    axes[1].plot(means, color=COLOURS["blue"])
    axes[1].set(title="Product of two positions", xlabel="distance", ylabel="mean product")
    axes[2].imshow(turned, cmap="RdBu", vmin=-np.abs(turned).max(), vmax=np.abs(turned).max())
    axes[2].set(
        title="Turned query times turned key", xlabel="position of the key", ylabel="position of the query"
    )
    for ax in (axes[0], axes[2]):
        ax.grid(visible=False)
