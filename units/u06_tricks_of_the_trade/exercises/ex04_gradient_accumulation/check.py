"""Checks for ex04: gradients of single samples, added up."""

import numpy as np

from course.grading import close, part


def parts_of(rng, sizes, shape):
    """Gradients of single samples, and the means of the parts."""
    single = rng.normal(size=(sum(sizes), *shape))
    ends = np.cumsum(sizes)
    means = [single[end - size : end].mean(axis=0) for end, size in zip(ends, sizes, strict=True)]
    return single, np.stack(means).astype("float32")


def clipped(theta, g, rate, limit):
    norm = np.sqrt(np.sum(g**2))
    return theta - rate * g * (limit / norm if norm > limit else 1.0)


def trajectory(theta, gradients, every, rate):
    after = []
    for call in range(1, len(gradients) + 1):
        if call % every == 0:
            theta = theta - rate * gradients[call - every : call].mean(axis=0)
        after.append(theta)
    return np.stack(after)


def normalized(x, sizes):
    result, first = np.zeros_like(x), 0
    for size in sizes:
        rows = x[first : first + size]
        result[first : first + size] = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 1e-3)
        first += size
    return result


@part("parts of one size", points=1, hint="the gradient of a mean is the mean of the gradients")
def equal_parts(candidate, rng):
    for shape in ((3,), (2, 2)):
        single, gradients = parts_of(rng, [4, 4, 4], shape)
        inputs = {"gradients": gradients, "sizes": [4, 4, 4]}
        close(
            candidate.combined(gradients, [4, 4, 4]), single.mean(axis=0), inputs=inputs, rtol=1e-4, atol=1e-5
        )


@part("parts of different sizes", points=2, hint="a part counts as much as it has samples")
def unequal(candidate, rng):
    for sizes in ([4, 4, 1], [1, 6], [2, 3, 5, 1]):
        single, gradients = parts_of(rng, sizes, (3,))
        inputs = {"gradients": gradients, "sizes": sizes}
        close(candidate.combined(gradients, sizes), single.mean(axis=0), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("an update with clipping", points=2, hint="combine first; then one norm of all entries")
def update(candidate, rng):
    for sizes, limit in (([4, 4, 1], 0.3), ([2, 3], 0.2), ([3, 1], 50.0)):
        theta = rng.normal(size=(2, 3)).astype("float32")
        single, gradients = parts_of(rng, sizes, (2, 3))
        expected = clipped(theta, single.mean(axis=0), 0.5, limit)
        inputs = {"theta": theta, "gradients": gradients, "sizes": sizes, "rate": 0.5, "limit": limit}
        got = candidate.clipped_update(theta, gradients, sizes, 0.5, limit)
        close(got, expected, inputs=inputs, rtol=1e-4, atol=1e-5)
    theta, zero = np.ones(3, "float32"), np.zeros((2, 3), "float32")
    inputs = {"theta": theta, "gradients": zero, "sizes": [1, 1], "rate": 0.5, "limit": 1.0}
    close(candidate.clipped_update(**inputs), np.ones(3), inputs=inputs)


@part(
    "an optimizer that adds up",
    points=2,
    hint="the mean of the last `every` gradients; then begin again at 0",
)
def calls(candidate, rng):
    for every, n in ((1, 3), (2, 5), (3, 9)):
        theta = rng.normal(size=(2,)).astype("float32")
        gradients = rng.normal(size=(n, 2)).astype("float32")
        inputs = {"theta": theta, "gradients": gradients, "every": every, "rate": 0.1}
        got = candidate.run(theta, gradients, every, 0.1)
        close(got, trajectory(theta, gradients, every, 0.1), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("BatchNorm in parts", points=1, hint="every part has its own mean and variance")
def batch_norm(candidate, rng):
    for sizes in ([4, 4], [3, 5, 2]):
        x = (3 + 2 * rng.normal(size=(sum(sizes), 3))).astype("float32")
        got = candidate.normalized_in_parts(x, sizes)
        close(got, normalized(x, sizes), inputs={"x": x, "sizes": sizes}, rtol=1e-3, atol=1e-4)
