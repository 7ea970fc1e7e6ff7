"""Checks for ex02: columns are the answers to impulses, computed from the definition."""

import numpy as np

from course.grading import close, part


def convolve(x, w):
    z = np.zeros(tuple(a + b - 1 for a, b in zip(x.shape, w.shape, strict=True)))
    for j in np.ndindex(x.shape):
        z[tuple(slice(a, a + b) for a, b in zip(j, w.shape, strict=True))] += x[j] * w
    return z


def matrix(w, shape):
    columns = []
    for j in np.ndindex(shape):
        impulse = np.zeros(shape)
        impulse[j] = 1
        columns.append(convolve(impulse, w).ravel())
    return np.stack(columns, axis=1)


@part("the full convolution of signals", points=2, hint="column j is the kernel, shifted down by j")
def signals(candidate, rng):
    for n, k in ((4, 2), (3, 3), (2, 4)):
        w = rng.normal(size=k)
        close(candidate.full(w, n), matrix(w, (n,)), inputs={"w": w, "n": n})


@part("on a circle", points=1, hint="row i − u becomes row (j + u) modulo n of column j")
def circle(candidate, rng):
    for n, k in ((4, 2), (5, 5)):
        w = rng.normal(size=k)
        expected = [np.roll(np.pad(w, (0, n - k)), j) for j in range(n)]
        close(candidate.circulant(w, n), np.stack(expected, axis=1), inputs={"w": w, "n": n})


@part("around the circle", points=1, hint="entries that fall on the same place are added")
def around(candidate, rng):
    for n, k in ((2, 3), (3, 7)):
        w = rng.normal(size=k)
        first = [w[i::n].sum() for i in range(n)]
        expected = np.stack([np.roll(first, j) for j in range(n)], axis=1)
        close(candidate.circulant(w, n), expected, inputs={"w": w, "n": n})


@part("images", points=3, hint="block (j + u, j) is the matrix of row u of the kernel")
def images(candidate, rng):
    for (height, width), size in (((2, 3), (2, 2)), ((3, 2), (2, 3)), ((2, 4), (3, 1))):
        w = rng.normal(size=size)
        inputs = {"w": w, "height": height, "width": width}
        close(candidate.full_2d(w, height, width), matrix(w, (height, width)), inputs=inputs)


@part("the transpose without a matrix", points=1, hint="entry j is w · y[j : j + k]")
def transpose(candidate, rng):
    for n, k in ((4, 2), (3, 3)):
        w, y = rng.normal(size=k), rng.normal(size=n + k - 1)
        close(candidate.adjoint(w, n, y), matrix(w, (n,)).T @ y, inputs={"w": w, "n": n, "y": y})
