"""Generated pairs of images for translation: the same figures, filled and as outlines (§8.3)."""

import numpy as np


def translation_pairs(size, seed=0, side=16):
    """Draw discs and squares twice, bright on dark: filled, and as outlines.

    Args:
        size: number of pairs.
        seed: of the draws.
        side: height and width of an image.

    Returns:
        Two arrays of images in [−1, 1], float32 (size, side, side, 1). Row i of both shows the same figure: a model
        that is trained without pairs gets the two arrays from different seeds, and pairs judge it.

    Raises:
        ValueError: there would be no image, or no space for a figure.
    """
    if size < 1 or side < 12:
        raise ValueError(f"There is at least one pair of at least 12 × 12 pixels, not {size} of {side}.")
    rng = np.random.default_rng(seed)
    radius = rng.uniform(3.0, side / 4, size=(size, 1, 1))
    row, column = (rng.uniform(radius + 0.5, side - 1.5 - radius) for _ in range(2))
    square = rng.random(size=(size, 1, 1)) < 0.5
    grid = np.arange(side)
    down, right = np.abs(grid[:, None] - row), np.abs(grid[None] - column)
    # the distance from the center in the norm of the figure, minus its radius: negative inside
    outside = np.where(square, np.maximum(down, right), np.hypot(down, right)) - radius
    filled = np.clip(0.5 - outside, 0, 1)
    outline = np.clip(1.25 - np.abs(outside + 0.5), 0, 1)
    return tuple((2 * a - 1)[..., None].astype("float32") for a in (filled, outline))
