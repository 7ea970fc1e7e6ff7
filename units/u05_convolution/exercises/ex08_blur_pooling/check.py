"""Checks for ex08: one output at a time, and waves at every s-th position."""

import numpy as np

from course.grading import close, equal, part


def blur(uses, s):
    w = np.ones(1)
    for _ in range(uses):
        w = np.convolve(w, np.full(s, 1 / s))
    return w


def pooled(x, uses, s):
    w, n = blur(uses, s), x.shape[1]
    h = (len(w) - 1) // 2
    outputs = [sum(w[u] * x[:, (s * i + u - h) % n] for u in range(len(w))) for i in range(n // s)]
    return np.stack(outputs, axis=1)


def signals(rng, n):
    return rng.normal(size=(2, n, 2))


@part("the filter", points=2, hint="convolve the filter (1) `uses` times with the mean of s entries")
def filters(candidate, rng):
    for uses, s in ((0, 2), (1, 2), (2, 2), (1, 3), (2, 3), (3, 4)):
        close(candidate.blur_filter(uses, s), blur(uses, s), inputs={"uses": uses, "s": s})


@part("blur and stride", points=2, hint="x_{t + u − h} at position t is the signal rolled by h − u")
def pool(candidate, rng):
    for uses, s, n in ((1, 2, 4), (2, 2, 6), (2, 3, 6), (3, 3, 9), (0, 2, 4)):
        x = signals(rng, n)
        close(candidate.blur_pool(x, uses, s), pooled(x, uses, s), inputs={"x": x, "uses": uses, "s": s})


@part(
    "the maximum first",
    points=2,
    hint="the maximum is taken at every position, before the blur and the stride",
)
def maximum(candidate, rng):
    for width, uses, s, n in ((2, 1, 2, 4), (3, 2, 2, 6), (2, 1, 3, 6)):
        x = signals(rng, n)
        y = np.stack([x[:, [(i + u) % n for u in range(width)]].max(axis=1) for i in range(n)], axis=1)
        inputs = {"x": x, "width": width, "uses": uses, "s": s}
        close(candidate.max_blur_pool(x, width, uses, s), pooled(y, uses, s), inputs=inputs)


@part("what a stride confuses", points=1, hint="compare two waves at the positions 0, s, 2s, …")
def confused(candidate, rng):
    for n, s in ((8, 2), (12, 3), (12, 4), (20, 2)):
        f = int(rng.integers(1, n))
        kept = np.arange(0, n, s)
        waves = np.exp(2j * np.pi * np.outer(np.arange(n), kept) / n)
        expected = [g for g in range(n) if np.allclose(waves[g], waves[f])]
        equal(candidate.aliases(f, n, s), expected, inputs={"f": f, "n": n, "s": s})


@part(
    "the mean and the shift", points=2, hint="shift the input, not the output; the mean is over the positions"
)
def shifts(candidate, rng):
    for uses, s, n in ((0, 2, 4), (1, 2, 6), (0, 3, 6), (2, 3, 9)):
        x = signals(rng, n)
        means = np.stack([pooled(np.roll(x, t, axis=1), uses, s).mean(axis=1) for t in range(s)])
        inputs = {"x": x, "uses": uses, "s": s}
        close(candidate.spread(x, uses, s), means.max(axis=0) - means.min(axis=0), inputs=inputs)
