"""Checks for ex05: one window, one image and one channel at a time."""

import numpy as np

from course.grading import close, part

SETTINGS = [((2, 4), 2, 1), ((4, 5), 2, 2), ((5, 4), 3, 1), ((5, 6), 2, 3)]


def images(rng, spatial, ties):
    x = rng.normal(size=(2, *spatial, 2))
    return np.round(x) if ties else x


def windows(x, k, s):
    """(batch, row, column, channel) of the output, and the pixels of its window as (place, value)."""
    _, height, width, _ = x.shape
    for n, i, j, c in np.ndindex(len(x), (height - k) // s + 1, (width - k) // s + 1, x.shape[-1]):
        pixels = [(r, q) for r in range(i * s, i * s + k) for q in range(j * s, j * s + k)]
        yield (n, i, j, c), [(r * width + q, x[n, r, q, c]) for r, q in pixels]


def pooled(x, k, s):
    found = dict(windows(x, k, s))
    shape = tuple(1 + last for last in max(found))
    z, places = np.zeros(shape), np.zeros(shape, "int64")
    for at, pixels in found.items():
        z[at] = max(value for _, value in pixels)
        places[at] = max(place for place, value in pixels if value == z[at])
    return z, places


@part("the largest values", points=1, hint="windows begin at multiples of s and lie inside the image")
def values(candidate, rng):
    for spatial, k, s in SETTINGS:
        x = images(rng, spatial, ties=False)
        close(candidate.pool(x, k, s)[0], pooled(x, k, s)[0], inputs={"x": x, "k": k, "s": s})


@part(
    "their places",
    points=2,
    hint="from the number u in the window: row i·s + u // k, column j·s + u % k of the image",
)
def places(candidate, rng):
    for spatial, k, s in SETTINGS:
        x = images(rng, spatial, ties=False)
        close(candidate.pool(x, k, s)[1], pooled(x, k, s)[1], inputs={"x": x, "k": k, "s": s})


@part("ties", points=1, hint="of several equally large values the last one counts")
def ties(candidate, rng):
    for spatial, k, s in SETTINGS:
        x = images(rng, spatial, ties=True)
        close(candidate.pool(x, k, s)[1], pooled(x, k, s)[1], inputs={"x": x, "k": k, "s": s})


@part("back to the places", points=2, hint="values with the same place are added: np.add.at does that")
def back(candidate, rng):
    for (height, width), k, s in SETTINGS:
        x = images(rng, (height, width), ties=False)
        _, where = pooled(x, k, s)
        z = rng.normal(size=where.shape)
        expected = np.zeros((2, height * width, 2))
        for n, i, j, c in np.ndindex(z.shape):
            expected[n, where[n, i, j, c], c] += z[n, i, j, c]
        inputs = {"z": z, "places": where, "height": height, "width": width}
        close(candidate.unpool(z, where, height, width), expected.reshape(x.shape), inputs=inputs)


@part("equal shares", points=3, hint="divide D of a window by the number of its equally large positions")
def shares(candidate, rng):
    for spatial, k, s in SETTINGS:
        x = images(rng, spatial, ties=True)
        D = rng.normal(size=pooled(x, k, s)[0].shape)
        expected = np.zeros((2, spatial[0] * spatial[1], 2))
        for (n, i, j, c), pixels in windows(x, k, s):
            largest = max(value for _, value in pixels)
            winners = [place for place, value in pixels if value == largest]
            for place in winners:
                expected[n, place, c] += D[n, i, j, c] / len(winners)
        inputs = {"D": D, "x": x, "k": k, "s": s}
        close(candidate.pool_backward_shared(D, x, k, s), expected.reshape(x.shape), inputs=inputs)
