"""Coloured shapes on a grey background: images with classes, boxes, masks and captions."""

import numpy as np

from course.data.errors import DataError
from course.data.generated.sampling import labels, not_negative, positive

SMALLEST, TRIES = 8, 50  # pixels; attempts to find a free place for a shape
CLASSES = ("circle", "square", "triangle", "ring", "cross")
COLOURS = {
    "red": (0.85, 0.15, 0.15),
    "green": (0.15, 0.7, 0.2),
    "blue": (0.15, 0.25, 0.9),
    "yellow": (0.9, 0.85, 0.15),
    "purple": (0.65, 0.2, 0.75),
    "cyan": (0.2, 0.8, 0.85),
}
PLACES = (
    ("at the top left", "at the top", "at the top right"),
    ("on the left", "in the centre", "on the right"),
    ("at the bottom left", "at the bottom", "at the bottom right"),
)


def shapes(n=1000, n_test=200, size=32, objects=1, noise=0.05, seed=0):
    """Draw images of 1 to K shapes: circles, squares, triangles, rings, crosses, in any rotation and six colours.

    The shapes of an image are sorted by their radius, the largest first, and do not overlap. Class, colour, place and
    rotation are independent of one another. Training and test images have random numbers of their own.

    Args:
        n: number of training images.
        n_test: number of test images.
        size: height and width in pixels, at least 8: one number for both, or a pair.
        objects: K, the largest number of shapes in an image; every number from 1 to K is equally likely. A shape for
            which no free place is found is left out.
        noise: standard deviation of the Gaussian noise on every pixel and channel, on a scale from 0 to 1.
        seed: of the random numbers.

    Returns:
        For ``train`` and ``test`` (``x_train``, ``x_test``, …)

        ``x`` uint8 (batch, height, width, 3): the image.
        ``y`` int64 (batch,): the class of the first shape; every class is equally frequent.
        ``classes`` int64 (batch, K): the class of every shape, −1 where there is none.
        ``colours`` int64 (batch, K): the colour of every shape as an index of ``COLOURS``, −1 where there is none.
        ``boxes`` float32 (batch, K, 4): left, top, right and bottom edge of every shape in pixels, 0 where there is
        none. A box is tight: a shape that covers the columns 3, 4 and 5 has the left edge 3 and the right edge 6.
        ``masks`` uint8 (batch, height, width): 0 for the background, k + 1 for a pixel of class k.
        ``instances`` uint8 (batch, height, width): 0 for the background, j + 1 for a pixel of the shape j.
        ``captions`` (batch,): one sentence that names all shapes.
    """
    positive(n=n, n_test=n_test, objects=objects)
    not_negative(noise=noise)
    if objects > 255:
        raise DataError(f"objects must be at most 255, not {objects!r}.")
    height, width = _height_and_width(size)
    train, test = np.random.default_rng(seed).spawn(2)
    arrays = {}
    for split, number, rng in (("train", n, train), ("test", n_test, test)):
        for name, array in _draw(number, height, width, objects, noise, rng).items():
            arrays[f"{name}_{split}"] = array
    return arrays


def inside(name, u, v):
    """Say which points belong to a shape of radius 1 around the origin.

    Args:
        name: one of ``CLASSES``.
        u, v: coordinates of the points, arrays of one shape; v points down, as rows do.

    Returns:
        Booleans of the same shape.
    """
    squared = u**2 + v**2
    if name == "circle":
        return squared <= 1
    if name == "ring":
        return (squared <= 1) & (squared >= 0.25)
    if name == "square":
        return np.maximum(abs(u), abs(v)) <= np.sqrt(0.5)
    if name == "triangle":  # three half planes at the distance 1/2 of the centre
        return np.maximum(v, abs(u) * np.sqrt(0.75) - v / 2) <= 0.5
    arm, end = 0.3, np.sqrt(1 - 0.3**2)  # a cross: its corners lie on the circle of radius 1
    return (np.minimum(abs(u), abs(v)) <= arm) & (np.maximum(abs(u), abs(v)) <= end)


def caption(classes, colours, boxes, height, width):
    """Describe the shapes of one image in words, in their order.

    A shape is large if the longer side of its box is at least 0.4 of the shorter side of the image. Its place follows
    from the third of the image in which the centre of its box lies.

    Args:
        classes, colours, boxes: as ``shapes`` returns them, for one image; −1 for no shape.
        height, width: of the image.

    Example:
        >>> caption([3], [0], [[1, 1, 9, 9]], 32, 32)
        'a small red ring at the top left'
    """
    names = list(COLOURS)
    phrases = []
    for k, colour, (left, top, right, bottom) in zip(classes, colours, boxes, strict=True):
        if k < 0:
            continue
        large = max(right - left, bottom - top) >= 0.4 * min(height, width)
        row, column = int(3 * (top + bottom) / 2 // height), int(3 * (left + right) / 2 // width)
        size = "large" if large else "small"
        phrases.append(f"a {size} {names[colour]} {CLASSES[k]} {PLACES[row][column]}")
    *first, last = phrases
    return f"{', '.join(first)} and {last}" if first else last


def _height_and_width(size):
    pair = tuple(size) if isinstance(size, (list, tuple)) else (size, size)
    if len(pair) != 2:
        raise DataError(f"size must be one number or (height, width), not {size!r}.")
    positive(height=pair[0], width=pair[1])
    if min(pair) < SMALLEST:
        raise DataError(f"size must be at least {SMALLEST} pixels, not {size!r}.")
    return int(pair[0]), int(pair[1])


def _draw(n, height, width, objects, noise, rng):
    y = labels(n, len(CLASSES), rng)
    numbers = labels(n, objects, rng) + 1
    arrays = {
        "x": np.empty((n, height, width, 3), "uint8"),
        "y": y,
        "classes": np.full((n, objects), -1),
        "colours": np.full((n, objects), -1),
        "boxes": np.zeros((n, objects, 4), "float32"),
        "masks": np.zeros((n, height, width), "uint8"),
        "instances": np.zeros((n, height, width), "uint8"),
    }
    captions = []
    for i in range(n):
        image = _background(height, width, rng)
        for j, (r, centre) in enumerate(_places(numbers[i], height, width, objects, rng)):
            k = y[i] if j == 0 else rng.integers(len(CLASSES))
            mask = _mask(CLASSES[k], r, centre, rng.uniform(0, 2 * np.pi), height, width)
            colour = rng.integers(len(COLOURS))
            image[mask] = list(COLOURS.values())[colour] + rng.uniform(-0.1, 0.1, size=3)
            arrays["classes"][i, j], arrays["colours"][i, j] = k, colour
            arrays["boxes"][i, j] = _box(mask)
            arrays["masks"][i][mask], arrays["instances"][i][mask] = k + 1, j + 1
        image += noise * rng.normal(size=image.shape)
        arrays["x"][i] = np.rint(255 * np.clip(image, 0, 1))
        of_shapes = (arrays[name][i] for name in ("classes", "colours", "boxes"))
        captions.append(caption(*of_shapes, height, width))
    return {**arrays, "captions": np.array(captions)}


def _background(height, width, rng):
    """A grey that changes linearly over the image, the same in the three channels."""
    rows, columns = np.mgrid[:height, :width]
    level, down, right = rng.uniform(0.3, 0.7), rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.2)
    grey = level + down * (rows / height - 0.5) + right * (columns / width - 0.5)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def _places(number, height, width, objects, rng):
    """Radii and centres of at most ``number`` circles that do not overlap, the largest first."""
    shortest = min(height, width)
    low, high = (0.15, 0.35) if objects == 1 else (0.12, 0.22)
    radii = np.sort(np.maximum(shortest * rng.uniform(low, high, size=number), 3))[::-1]
    found = []
    for r in radii:
        for _ in range(TRIES):
            centre = np.array([rng.uniform(r, width - r), rng.uniform(r, height - r)])
            if all(np.linalg.norm(centre - other) > r + s + 1 for s, other in found):
                found.append((r, centre))
                break
    return found


def _mask(name, r, centre, angle, height, width):
    """The pixels whose centre lies in the shape; only those around the shape are looked at."""
    x, y = centre
    around = np.s_[
        max(int(y - r), 0) : min(int(y + r) + 1, height), max(int(x - r), 0) : min(int(x + r) + 1, width)
    ]
    v, u = np.mgrid[around] + 0.5
    u, v = (u - x) / r, (v - y) / r
    cos, sin = np.cos(angle), np.sin(angle)
    mask = np.zeros((height, width), bool)
    mask[around] = inside(name, cos * u + sin * v, cos * v - sin * u)
    return mask


def _box(mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
