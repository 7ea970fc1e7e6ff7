"""Checks for ex07: the matrices T(w) of all unit kernels are laid out, and the rest is linear algebra in float64."""

import numpy as np

from course.grading import close, equal, part

SIZES = [  # length, channels, filters, k, stride
    (6, 1, 1, 3, 1),
    (9, 2, 3, 4, 1),
    (11, 3, 2, 3, 2),
    (10, 2, 2, 2, 3),
]


def layout(length, channels, filters, k, stride):
    """T as a matrix: every column is T(w) of a kernel with a single 1, flattened."""
    positions = (length - k) // stride + 1
    T = np.zeros((positions, filters, length, channels, k, channels, filters))
    for i in range(positions):
        for u in range(k):
            for c in range(channels):
                for f in range(filters):
                    T[i, f, stride * i + u, c, u, c, f] = 1
    return T.reshape(positions * filters * length * channels, -1), (positions, filters, length, channels)


@part("the numbers of parameters", points=2, hint="at how many positions does a window fit?")
def numbers(candidate, rng):
    for stride in (1, 2, 3, 1):
        channels, filters, k, more = (int(n) for n in rng.integers(1, 8, size=4))
        length = k + 5 * more + 1
        sizes = (length, channels, filters, k, stride)
        windows = [range(start, start + k) for start in range(0, length - k + 1, stride)]
        outputs = len(windows) * filters
        inputs = [length * channels, len(windows[0]) * channels]
        expected = [
            outputs + outputs * inputs[0],
            outputs + outputs * inputs[1],
            filters + filters * inputs[1],
        ]
        names = ("length", "channels", "filters", "k", "stride")
        equal(candidate.count(*sizes), expected, inputs=dict(zip(names, sizes, strict=True)))


@part("the gradient of a shared kernel", points=3, hint="how often does w[u] stand in W, and where?")
def gradient(candidate, rng):
    for sizes in SIZES:
        T, shape = layout(*sizes)
        G = rng.normal(size=shape).astype("float32")
        expected = (T.T @ G.ravel().astype("float64")).reshape(sizes[3], sizes[1], sizes[2])
        inputs = {"G": G, "k": sizes[3], "stride": sizes[4]}
        close(candidate.shared_gradient(G, sizes[3], sizes[4]), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part(
    "the nearest kernel", points=2, hint="which number has the smallest sum of squared distances to several?"
)
def nearest(candidate, rng):
    for sizes in SIZES:
        T, shape = layout(*sizes)
        W = rng.normal(size=shape).astype("float32")
        expected = np.linalg.lstsq(T, W.ravel().astype("float64"), rcond=None)[0]
        expected = expected.reshape(sizes[3], sizes[1], sizes[2])
        inputs = {"W": W, "k": sizes[3], "stride": sizes[4]}
        close(candidate.nearest_kernel(W, sizes[3], sizes[4]), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part("a step, then the nearest kernel", points=2, hint="what is the nearest kernel to T(w) alone?")
def step(candidate, rng):
    for sizes in SIZES:
        T, shape = layout(*sizes)
        G = rng.normal(size=shape).astype("float32")
        w = rng.normal(size=(sizes[3], sizes[1], sizes[2])).astype("float32")
        alpha = float(rng.uniform(0.1, 2))
        moved = T @ w.ravel().astype("float64") - alpha * G.ravel().astype("float64")
        expected = np.linalg.lstsq(T, moved, rcond=None)[0].reshape(w.shape)
        inputs = {"w": w, "G": G, "stride": sizes[4], "learning_rate": alpha}
        close(candidate.projected_step(w, G, sizes[4], alpha), expected, inputs=inputs, rtol=1e-4, atol=1e-5)
