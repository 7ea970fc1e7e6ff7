"""Checks for ex14: singular values, central differences, and the convolution as a whole matrix."""

import itertools

import numpy as np

from course.grading import close, part


def vector(rng, n):
    u = rng.normal(size=n)
    return u / np.linalg.norm(u)


@part("the power iteration", points=2, hint="first to the rows, then back to the columns, each of length 1")
def iteration(candidate, rng):
    for shape, steps in (((4, 3), 1), ((2, 5), 2), ((4, 4), 200)):
        W, u = rng.normal(size=shape), vector(rng, shape[1])
        right = u
        for _ in range(steps):
            left = W @ right / np.linalg.norm(W @ right)
            right = W.T @ left / np.linalg.norm(W.T @ left)
        got = candidate.power_iteration(W, u, steps)
        given = {"W": W, "u": u, "steps": steps}
        close(got[0], left @ W @ right, inputs=given, rtol=1e-5, message="σ")
        close(got[1], left, inputs=given, rtol=1e-4, atol=1e-6, message="a")
        close(got[2], right, inputs=given, rtol=1e-4, atol=1e-6, message="u")


@part("the gradient in the kernel", points=3, hint="the denominator σ depends on every entry of W")
def gradient(candidate, rng):
    for shape in ((3, 2), (3, 4)):
        W, g = rng.normal(size=(2, *shape))
        left, _, right = np.linalg.svd(W)
        a, u = left[:, 0], right[0]
        if shape == (3, 4):  # after one step of the iteration aᵀ W u is not the largest singular value yet
            a = W @ vector(rng, shape[1])
            a /= np.linalg.norm(a)
            u = W.T @ a / np.linalg.norm(W.T @ a)
        expected = np.zeros(shape)
        for at in np.ndindex(shape):
            move = np.zeros(shape)
            move[at] = 1e-6
            up, down = (np.sum(g * (V / (a @ V @ u))) for V in (W + move, W - move))
            expected[at] = (up - down) / 2e-6
        given = {"W": W, "a": a, "u": u, "g": g}
        close(candidate.kernel_gradient(**given), expected, inputs=given, rtol=1e-4, atol=1e-5)


@part(
    "the bound of a network",
    points=2,
    hint="one factor for each layer and one for each activation between two",
)
def bound(candidate, rng):
    for sizes, slope in (((3, 4, 2), 0.5), ((2, 2, 5, 1), 2.0), ((3, 3), 0.1)):
        kernels = [rng.normal(size=(i, o)) for i, o in itertools.pairwise(sizes)]
        expected = slope ** (len(kernels) - 1) * np.prod([np.linalg.norm(W, 2) for W in kernels])
        given = {"kernels": kernels, "slope": slope}
        close(candidate.network_bound(**given), expected, inputs=given, rtol=1e-4)


def as_matrix(kernel, size):
    """The convolution with glued borders, column by column."""
    height, width, inputs, outputs = kernel.shape
    matrix = np.zeros((size, size, outputs, size, size, inputs))
    for r, c, i, j in np.ndindex(size, size, height, width):
        matrix[(r + i) % size, (c + j) % size, :, r, c, :] += kernel[i, j].T
    return matrix.reshape(size * size * outputs, -1)


@part(
    "the norm of a convolution", points=3, hint="one matrix from input to output channels for each frequency"
)
def convolution(candidate, rng):
    for shape, size in (((1, 2, 1, 1), 4), ((3, 3, 2, 3), 4), ((2, 3, 3, 1), 5)):
        kernel = rng.normal(size=shape)
        given = {"kernel": kernel, "size": size}
        expected = np.linalg.norm(as_matrix(kernel, size), 2)
        close(candidate.convolution_norm(**given), expected, inputs=given, rtol=1e-4)
