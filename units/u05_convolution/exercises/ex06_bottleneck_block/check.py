"""Checks for ex06: the block by loops over positions in float64; the numbers by adding up sizes."""

import numpy as np

from course.grading import close, equal, part


def convolve(x, kernel, stride):
    k = kernel.shape[0]
    rows, columns = (x.shape[1] - k) // stride + 1, (x.shape[2] - k) // stride + 1
    z = np.zeros((len(x), rows, columns, kernel.shape[3]))
    for i in range(rows):
        for j in range(columns):
            patch = x[:, i * stride : i * stride + k, j * stride : j * stride + k]
            z[:, i, j] = np.tensordot(patch, kernel, axes=3)
    return z


def expected(x, kernels, scales, shifts, stride):
    x, kernels = x.astype("float64"), [w.astype("float64") for w in kernels]

    def step(a, k, stride=1):
        return scales[k] * convolve(a, kernels[k], stride) + shifts[k]

    a = np.maximum(step(x, 0), 0)
    a = np.pad(a, ((0, 0), (1, 1), (1, 1), (0, 0)))
    a = np.maximum(step(a, 1, stride), 0)
    shortcut = step(x, 3, stride) if len(kernels) == 4 else x
    return np.maximum(step(a, 2) + shortcut, 0)


def case(rng, size, channels, filters, stride):
    shapes = [(1, 1, channels, filters), (3, 3, filters, filters), (1, 1, filters, 4 * filters)]
    if stride != 1 or channels != 4 * filters:
        shapes.append((1, 1, channels, 4 * filters))
    return {
        "x": rng.normal(size=(2, *size, channels)).astype("float32"),
        "kernels": [rng.normal(size=s).astype("float32") for s in shapes],
        "scales": [rng.uniform(0.5, 1.5, s[3]).astype("float32") for s in shapes],
        "shifts": [rng.normal(size=s[3]).astype("float32") for s in shapes],
        "stride": stride,
    }


def compare(candidate, inputs):
    close(
        candidate.bottleneck(*inputs.values()),
        expected(*inputs.values()),
        inputs=inputs,
        rtol=1e-3,
        atol=1e-4,
    )


@part("the shortcut is x", points=2, hint="ReLU after the first two steps and after the sum, not before it")
def identity(candidate, rng):
    for size in ((4, 3), (1, 2)):
        compare(candidate, case(rng, size, 8, 2, 1))


@part(
    "a projection for other channels", points=1, hint="the projection has γ and β too, and no ReLU of its own"
)
def projection(candidate, rng):
    compare(candidate, case(rng, (3, 4), 5, 2, 1))


@part(
    "stride 2",
    points=2,
    hint="the 3 × 3 kernel and the projection have the stride; the border is one zero on every side",
)
def strided(candidate, rng):
    for size in ((4, 6), (6, 2)):
        compare(candidate, case(rng, size, 8, 2, 2))


def sizes(channels, filters, stride):
    block = [(1, channels, filters), (9, filters, filters), (1, filters, 4 * filters)]
    return block + [(1, channels, 4 * filters)] * (stride != 1 or channels != 4 * filters)


@part("the number of parameters", points=2, hint="k · k · inputs · outputs, and two numbers for each output")
def numbers(candidate, rng):
    for stride, widens in ((1, False), (2, False), (1, True), (2, True)):
        filters = int(rng.integers(1, 65))
        channels = int(rng.integers(1, 257)) if widens else 4 * filters
        inputs = {"channels": channels, "filters": filters, "stride": stride}
        total = sum(k * c * f + 2 * f for k, c, f in sizes(channels, filters, stride))
        equal(candidate.parameters(*inputs.values()), total, inputs=inputs)


@part(
    "the number of multiplications",
    points=2,
    hint="positions of the output times numbers in the kernel; the first kernel has the stride only if stride_at is 1",
)
def work(candidate, rng):
    for stride, widens in ((2, False), (2, True), (1, False), (3, True)):
        filters = int(rng.integers(1, 9))
        channels = int(rng.integers(1, 33)) if widens else 4 * filters
        height, width = (int(stride * n) for n in rng.integers(1, 6, size=2))
        after = height * width // stride**2
        for stride_at in (1, 3):
            names = ("height", "width", "channels", "filters", "stride", "stride_at")
            inputs = dict(zip(names, (height, width, channels, filters, stride, stride_at), strict=True))
            first, *others = (k * c * f for k, c, f in sizes(channels, filters, stride))
            total = (after if stride_at == 1 else height * width) * first + after * sum(others)
            equal(candidate.multiplications(*inputs.values()), total, inputs=inputs)
