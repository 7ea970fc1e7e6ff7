"""Checks for ex10: loops over parts and vectors, central differences of the cost, and a count that is multiplied."""

import numpy as np

from course.grading import close, equal, part


def nearest(z, codebooks):
    groups, size, width = codebooks.shape
    numbers, e = np.zeros((len(z), groups), int), np.zeros_like(z)
    for i, g in np.ndindex(len(z), groups):
        columns = slice(g * width, (g + 1) * width)
        numbers[i, g] = min(range(size), key=lambda k: np.linalg.norm(z[i, columns] - codebooks[g, k]))
        e[i, columns] = codebooks[g, numbers[i, g]]
    return numbers, e


def problem(rng, groups, size, width, batch=6):
    # vectors of different lengths: the largest inner product is often not the nearest one
    codebooks = rng.normal(size=(groups, size, width)) * rng.uniform(0.3, 3, size=(groups, size, 1))
    return rng.normal(size=(batch, groups * width)), codebooks


CASES = ((1, 4, 2), (2, 3, 1), (3, 5, 2))


@part("the nearest vectors", points=2, hint="each codebook looks at its own part of z")
def values(candidate, rng):
    for sizes in CASES:
        z, codebooks = problem(rng, *sizes)
        numbers, e = nearest(z, codebooks)
        got = candidate.quantize(z, codebooks)
        given = {"z": z, "codebooks": codebooks}
        equal(got[0], numbers, inputs=given, message="numbers")
        close(got[1], e, inputs=given, rtol=1e-5, message="e")


@part("the gradients", points=3, hint="where does the gradient go that arrives at e?")
def derivatives(candidate, rng):
    for sizes, features, w in zip(CASES, (3, 2, 4), (0.25, 1.0, 0.0), strict=True):
        z, codebooks = problem(rng, *sizes)
        x, W = rng.normal(size=(len(z), features)), rng.normal(size=(z.shape[1], features))
        _, e = nearest(z, codebooks)

        def cost(z_now, W_now, x=x, z=z, e=e, w=w):
            through = z_now + (e - z)  # what is stopped stays as it was
            return np.mean(np.sum((x - through @ W_now) ** 2, 1) + w * np.sum((z_now - e) ** 2, 1))

        in_z, in_W = np.zeros_like(z), np.zeros_like(W)
        for at in np.ndindex(z.shape):
            move = np.zeros_like(z)
            move[at] = 1e-5
            in_z[at] = (cost(z + move, W) - cost(z - move, W)) / 2e-5
        for at in np.ndindex(W.shape):
            move = np.zeros_like(W)
            move[at] = 1e-5
            in_W[at] = (cost(z, W + move) - cost(z, W - move)) / 2e-5
        got = candidate.gradients(x, z, codebooks, W, w)
        given = {"x": x, "z": z, "codebooks": codebooks, "W": W, "w": w}
        close(got[0], in_z, inputs=given, rtol=1e-4, atol=1e-6, message="∂C/∂z")
        close(got[1], in_W, inputs=given, rtol=1e-4, atol=1e-6, message="∂C/∂W")


@part("a step of the codebooks", points=3, hint="each codebook has its own counts, sums and N")
def moving(candidate, rng):
    for (groups, size, width), gamma, smoothing in zip(
        CASES, (0.9, 0.6, 0.3), (1e-5, 0.5, 0.05), strict=True
    ):
        z, codebooks = problem(rng, groups, size, width, batch=9)
        counts = rng.uniform(0.1, 3, size=(groups, size))
        sums = codebooks * counts[:, :, None]
        numbers, _ = nearest(z, codebooks)
        n, m, moved = np.zeros_like(counts), np.zeros_like(sums), np.zeros_like(codebooks)
        for g, k in np.ndindex(groups, size):
            mine = z[numbers[:, g] == k, g * width : (g + 1) * width]
            n[g, k] = gamma * counts[g, k] + (1 - gamma) * len(mine)
            m[g, k] = gamma * sums[g, k] + (1 - gamma) * mine.sum(axis=0)
        for g, k in np.ndindex(groups, size):
            N = n[g].sum()
            moved[g, k] = m[g, k] / (N * (n[g, k] + smoothing) / (N + size * smoothing))
        given = {"z": z, "codebooks": codebooks, "counts": counts, "sums": sums}
        given |= {"gamma": gamma, "smoothing": smoothing}
        got = candidate.update(**given)
        close(got[1], n, inputs=given, rtol=1e-4, atol=1e-6, message="counts")
        close(got[2], m, inputs=given, rtol=1e-4, atol=1e-6, message="sums")
        close(got[0], moved, inputs=given, rtol=1e-4, atol=1e-5, message="codebooks")


@part("the lifetime of an unused vector", points=2, hint="what is the count after t steps?")
def unused(candidate, rng):
    for count, gamma, threshold in (
        (1.0, 0.5, 0.3),
        (rng.uniform(1, 5), 0.95, 0.05),
        (7.3, 0.8, 1.1),
        (0.4, 0.9, 0.7),
        (1.0, 0.5, 0.25),  # equal to the threshold after two steps, and the logarithms are exact
    ):
        steps, now = 0, count
        while now >= threshold:
            now, steps = gamma * now, steps + 1
        given = {"count": count, "gamma": gamma, "threshold": threshold}
        equal(candidate.lifetime(**given), steps, inputs=given)
