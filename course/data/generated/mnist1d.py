"""MNIST-1D: ten shapes of digits as signals of 40 numbers, a set on which the architecture of a network matters."""

import numpy as np

from course.data.errors import DataError
from course.data.generated.sampling import labels, positive

# The published shapes: 12 heights for each digit.
HEIGHTS = np.array(
    [
        [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
        [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
        [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
        [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
        [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
        [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
        [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
        [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
    ]
)
FINE = 72  # points of the grid on which a signal is put together
PADDING = (36, 60)  # the fewest and the most zeros behind the 12 heights: they set the width of the shape
SHIFTS = 48  # a shape begins at one of the first 48 points of the fine grid
LOUDNESS, TILT = 0.4, 0.75  # widths of the intervals of the factor around 1 and of the slope around 0
BACKGROUND, SMOOTHING, NOISE = (
    0.25,
    2,
    0.02,
)  # noise beside the shape, its smoothing in points; noise everywhere


def shapes():
    """Return the ten shapes, shape (classes, 12): each is standardized, begins at 0, and is divided by 6."""
    x = HEIGHTS - HEIGHTS.mean(axis=1, keepdims=True)
    x = x / x.std(axis=1, keepdims=True)
    return (x - x[:, :1]) / 6


def mnist1d(n=5000, length=40, shuffled=False, seed=0):
    """Draw signals: a shape of random width, height and position in smooth noise, tilted by a straight line.

        x = standardized( resampled( r · shape(t) + background + noise − c t ) ),    r in [0.8, 1.2], c in ±0.375

    The shape is 12 to 18 of 72 points wide and is shifted to the right by 0 to 47 of them; the smooth background noise
    fills the points beside it. The 72 points are resampled to ``length``.

    Args:
        n: number of signals, equally many of each class.
        length: numbers of a signal.
        shuffled: whether the positions of all signals are put into another order, the same for all: the numbers stay,
            and which of them are neighbours is lost.
        seed: of the random numbers.

    Returns:
        ``x`` float32 (batch, seq) with mean 0 and deviation 1 over the whole set, ``y`` int64 (batch,), the digit.

    References: Greydanus and Kobak, Scaling down deep learning with MNIST-1D, 2024 (heights and constants).
    """
    positive(n=n, length=length)
    if not isinstance(shuffled, (bool, np.bool_)):
        raise DataError(f"shuffled must be True or False, not {shuffled!r}.")
    rng = np.random.default_rng(seed)
    y = labels(n, 10, rng)
    # the shape and the zeros behind it, 12 + padding numbers, are stretched to the fine grid
    padding = rng.integers(PADDING[0], PADDING[1], size=n, endpoint=True)
    t = np.linspace(0, 1, FINE) * (11 + padding[:, np.newaxis])
    factor = 1 + LOUDNESS * (rng.random((n, 1)) - 0.5)
    signal, inside = factor * _interpolated(shapes()[y], t), t < 12
    shift = rng.integers(SHIFTS, size=(n, 1))
    moved = (np.arange(FINE) - shift) % FINE
    signal, inside = (np.take_along_axis(each, moved, axis=1) for each in (signal, inside))
    background = _smoothed(BACKGROUND * rng.normal(size=(n, FINE)))
    signal = np.where(inside, signal, background) + NOISE * rng.normal(size=(n, FINE))
    signal -= TILT * (rng.random((n, 1)) - 0.5) * np.linspace(-0.5, 0.5, FINE)
    # linear resampling
    x = _interpolated(signal, np.tile(np.linspace(0, FINE - 1, length), (n, 1)))
    x = (x - x.mean()) / x.std()
    if shuffled:
        # an order of its own stream: with the same seed both versions hold the same signals
        x = x[:, np.random.default_rng([seed, 1]).permutation(length)]
    return {"x": x.astype("float32"), "y": y}


def _smoothed(rows):
    """Every row averaged with Gaussian weights of deviation SMOOTHING; it is mirrored at its ends."""
    reach = 4 * SMOOTHING
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTHING) ** 2)
    rows = np.pad(rows, ((0, 0), (reach, reach)), mode="symmetric")
    return np.lib.stride_tricks.sliding_window_view(rows, 2 * reach + 1, axis=1) @ (weights / weights.sum())


def _interpolated(rows, t):
    """The values of each row between its numbers: row i at t[i]; 0 beyond the last number."""
    rows = np.pad(rows, ((0, 0), (0, 2)))
    t = np.minimum(t, rows.shape[1] - 2)
    left = t.astype(int)
    here, there = (np.take_along_axis(rows, at, axis=1) for at in (left, left + 1))
    return here + (t - left) * (there - here)
