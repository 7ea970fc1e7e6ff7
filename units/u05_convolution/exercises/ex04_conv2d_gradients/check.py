"""Checks for ex04: the convolution by loops in float64, its gradients from its being linear."""

import numpy as np

from course.grading import close, part


def convolve(x, W):
    x, W = x.astype("float64"), W.astype("float64")
    n, height, width, _ = x.shape
    z = np.zeros((n, height, width, W.shape[-1]))
    for i, j, u, v in np.ndindex(height, width, *W.shape[:2]):
        z[:, i, j] += x[:, (i + u) % height, (j + v) % width] @ W[u, v]
    return z


def case(rng, spatial, kernel, n=2, channels=2, filters=3):
    x = rng.normal(size=(n, *spatial, channels)).astype("float32")
    W = rng.normal(size=(*kernel, channels, filters)).astype("float32")
    b = rng.normal(size=filters).astype("float32")
    D = rng.normal(size=(n, *spatial, filters)).astype("float32")
    return x, W, b, D


CASES = [((1, 3), (1, 2)), ((3, 4), (2, 3)), ((4, 3), (3, 3))]


def slopes(f, shape, D):
    """The gradient of ∑ D · f: f is linear, so unit vectors give it exactly."""
    result = np.zeros(shape)
    for at in np.ndindex(shape):
        unit = np.zeros(shape)
        unit[at] = 1
        result[at] = np.sum(D * f(unit))
    return result


@part("the forward pass", points=2, hint="for one entry (u, v) the whole image is rolled by −u and −v")
def values(candidate, rng):
    for spatial, kernel in CASES:
        x, W, b, _ = case(rng, spatial, kernel)
        close(
            candidate.forward(x, W, b),
            convolve(x, W) + b,
            inputs={"x": x, "W": W, "b": b},
            rtol=1e-4,
            atol=1e-4,
        )


@part("the gradient in b", points=1, hint="b_f is added at every position of every image")
def bias(candidate, rng):
    for spatial, kernel in CASES:
        *_, D = case(rng, spatial, kernel)
        close(candidate.by_bias(D), D.astype("float64").sum((0, 1, 2)), inputs={"D": D}, rtol=1e-4, atol=1e-5)


@part(
    "the gradient in W",
    points=3,
    hint="W_{uv} multiplies the rolled x: its gradient is that, transposed, times D",
)
def kernels(candidate, rng):
    for spatial, kernel in CASES:
        x, W, _, D = case(rng, spatial, kernel)
        expected = slopes(lambda w, x=x: convolve(x, w), W.shape, D)
        inputs = {"D": D, "x": x, "kernel_height": kernel[0], "kernel_width": kernel[1]}
        close(candidate.by_kernel(D, x, *kernel), expected, inputs=inputs, rtol=1e-4, atol=1e-4)


@part(
    "the gradient in x", points=3, hint="x_{ij} took part in the output (i − u, j − v) with the weight W_{uv}"
)
def images(candidate, rng):
    for spatial, kernel in CASES:
        x, W, _, D = case(rng, spatial, kernel, n=2 if spatial[0] == 1 else 1)
        expected = slopes(lambda t, W=W: convolve(t, W), x.shape, D)
        close(candidate.by_input(D, W), expected, inputs={"D": D, "W": W}, rtol=1e-4, atol=1e-4)
