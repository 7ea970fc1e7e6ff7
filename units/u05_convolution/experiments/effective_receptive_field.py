"""The effective receptive field grows like √L, the theoretical one like L (☆)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u05_convolution.effective_receptive_field import (
    convolutional_stack,
    deviation,
    expected_deviation,
    influence,
)
from units.u05_convolution.receptive_field import receptive_field

DEPTHS, CHANNELS, KERNEL = (2, 4, 8, 16), 16, 3


def run(r):
    size = 2 * DEPTHS[-1] + 5
    fields, rows = {}, []
    for depth in DEPTHS:
        fields[depth] = _influence_of_random_network(r, depth, size, images=r.pick(quick=4, full=64))
        found, expected = deviation(fields[depth]), expected_deviation(depth, KERNEL)
        theoretical = receptive_field([(KERNEL,)] * depth).size
        rows.append((depth, theoretical, f"{expected:.2f}", f"{found:.2f}", f"{4 * found / theoretical:.2f}"))
        r.metric(f"measured_over_expected_{depth}", found / expected)
        r.metric(f"share_of_the_theoretical_field_{depth}", 4 * found / theoretical)
    r.table(["layers", "theoretical size", "σ expected", "σ measured", "4 σ / theoretical size"], rows)

    _, panels = r.figure("fields", 1, 4, size=(11, 3.6), gridspec_kw={"width_ratios": [1, 1, 1, 1.3]})
    for ax, depth in zip(panels, DEPTHS[1:], strict=False):
        ax.imshow(np.sqrt(fields[depth]), cmap="magma")
        half, middle = depth * (KERNEL - 1) / 2 + 0.5, size // 2
        corner = [middle - half, middle + half]
        ax.plot(np.take(corner, [0, 1, 1, 0, 0]), np.take(corner, [0, 0, 1, 1, 0]), color="white")
        ax.set(title=f"{depth} layers", xticks=[], yticks=[])
        ax.grid(False)
    curve = panels[3]
    curve.plot(DEPTHS, [row[1] for row in rows], "o-", color=COLOURS["blue"], label="theoretical size")
    curve.plot(
        DEPTHS, [4 * deviation(fields[d]) for d in DEPTHS], "s-", color=COLOURS["red"], label="4 σ measured"
    )
    depth = np.linspace(1, DEPTHS[-1], 50)
    expected = [4 * expected_deviation(d, KERNEL) for d in depth]
    curve.plot(depth, expected, "--", color=COLOURS["grey"], label="4 σ expected")
    curve.set(xlabel="layers", ylabel="pixels")
    curve.legend()


def _influence_of_random_network(r, depth, size, images):
    """The influence on the middle of the output of a ReLU network with He's weights."""
    middle = size // 2
    x = r.rng.normal(size=(images, size, size, CHANNELS)).astype("float32")
    scale = (2 / (KERNEL**2 * CHANNELS)) ** 0.5
    shape = (KERNEL, KERNEL, CHANNELS, CHANNELS)
    kernels = [scale * r.rng.normal(size=shape).astype("float32") for _ in range(depth)]

    def output(x):
        z = convolutional_stack(x, kernels, ops.relu)
        return ops.sum(z[:, middle, middle, 0])

    return influence(output, x)
