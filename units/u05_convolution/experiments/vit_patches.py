"""A ViT takes an image as a set of patches: without vectors of the positions it does not see their order (§6)."""

import numpy as np

from course.figures import COLOURS
from units.u05_convolution.vit import ClassAndPositions, vit

PATCH = 8
WITHOUT, WITH = "no positions", "with positions"


def run(r):
    d = r.data("shapes", n=30, n_test=1)
    x = d.images("train")
    side = x.shape[1] // PATCH
    order = r.rng.permutation(side * side)
    shuffled = from_patches(patches(x)[:, order])
    network = vit(x.shape[1:], d.classes, patch=PATCH, d_model=32, heads=2, repeats=2)
    (positions,) = [layer.positions for layer in network.layers if isinstance(layer, ClassAndPositions)]
    logits, change = {}, {}
    # vectors with the deviation 1: with 0.02, as at the start of a training, the order counts less
    for name, values in ((WITHOUT, np.zeros(positions.shape)), (WITH, r.rng.normal(size=positions.shape))):
        positions.assign(values)
        found = network.predict(np.concatenate([x, shuffled]), batch_size=2 * len(x), verbose=0)
        # what images differ in is what counts
        found -= found[: len(x)].mean(axis=0)
        first, second = logits[name] = np.split(found / found[: len(x)].std(), 2)
        change[name] = np.sqrt(np.mean((second - first) ** 2))
    r.metric("change_without_positions", change[WITHOUT])
    r.metric("change_with_positions", change[WITH])
    r.table(
        ["vectors added to the patches", "change of the logits when the patches are shuffled"],
        [(name, f"{value:.1e}") for name, value in change.items()],
        title=f"A ViT with random weights, {len(x)} images of {side} × {side} patches; unit: their standard deviation",
    )
    draw(r, x[0], shuffled[0], logits)


def patches(x):
    """Images as lists of their patches, row by row.

    Shapes: (batch, height, width, channels) → (batch, seq, patch, patch, channels).
    """
    batch, height, width, channels = x.shape
    x = x.reshape(batch, height // PATCH, PATCH, width // PATCH, PATCH, channels)
    return x.swapaxes(2, 3).reshape(batch, -1, PATCH, PATCH, channels)


def from_patches(x):
    """The square images that are made of these patches: the inverse of ``patches``."""
    batch, seq, height, width, channels = x.shape
    side = round(seq**0.5)
    x = x.reshape(batch, side, side, height, width, channels).swapaxes(2, 3)
    return x.reshape(batch, side * height, side * width, channels)


def draw(r, image, shuffled, logits):
    """An image and its patches in another order; the logits of all images before and after the shuffling."""
    _, axes = r.figure("patches", 1, 3, size=(9.5, 3.6), width_ratios=(1, 1, 1.2))
    for ax, picture, title in zip(
        axes, (image, shuffled), ("The patches of an image", "In another order"), strict=False
    ):
        gaps = ((0, 0), (0, 0), (1, 1), (1, 1), (0, 0))
        ax.imshow(from_patches(np.pad(patches(picture[None]), gaps, constant_values=1))[0])
        ax.set_title(title)
        ax.set_axis_off()
    ax = axes[2]
    for (name, (first, second)), colour, marker in zip(logits.items(), ("orange", "blue"), "xo", strict=True):
        ax.plot(first.ravel(), second.ravel(), marker, markersize=4, color=COLOURS[colour], label=name)
    ax.axline((0, 0), slope=1, color=COLOURS["grey"], linestyle=":")
    ax.set(title="Logits, standardized", xlabel="of an image", ylabel="of its shuffled patches")
    ax.legend(loc="upper left")
