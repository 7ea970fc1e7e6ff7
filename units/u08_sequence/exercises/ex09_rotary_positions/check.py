"""Checks for ex09: pairs as complex numbers; columns listed one by one."""

import numpy as np

from course.grading import close, part


def turned(pairs, positions, base):
    """Complex pairs (batch, heads, seq, d/2), each turned by e^{i t ω}."""
    half = pairs.shape[-1]
    omega = np.array([base ** (-j / half) for j in range(half)])
    return pairs * np.exp(1j * positions.astype("float64")[:, None, :, None] * omega)


def halves(x, positions, base):
    half = x.shape[-1] // 2
    z = turned(x[..., :half] + 1j * x[..., half:].astype("float64"), positions, base)
    return np.concatenate([z.real, z.imag], axis=-1)


@part("a quarter turn", points=1, hint="channel j and channel j + d/2 are a pair")
def quarter(candidate, rng):
    # with base (2 / π)² the second pair of four channels turns by a quarter turn a step, and the first by 1
    x = np.array([[[[0.0, 3.0, 0.0, 0.0], [0.0, 0.0, 0.0, 5.0]]]], "float32")
    positions, base = np.array([[1, 2]], "int32"), (2 / np.pi) ** 2
    got = candidate.rotate_halves(x, positions, base)
    inputs = {"x": x, "positions": positions, "base": base}
    close(got, [[[[0, 0, 0, 3], [0, 0, 0, -5]]]], inputs=inputs, rtol=1e-4, atol=1e-4)


@part("positions that differ from sample to sample", points=3, hint="positions have the axes (batch, seq)")
def rotation(candidate, rng):
    for d, heads in ((6, 2), (2, 1), (8, 3)):
        x = rng.normal(size=(2, heads, 4, d)).astype("float32")
        # the first sample begins with two steps of padding, whose positions are 0
        positions = np.array([[0, 0, 0, 1], rng.integers(2, 30, size=4)], "int32")
        base = float(rng.uniform(50, 20_000))
        inputs = {"x": x, "positions": positions, "base": base}
        got = candidate.rotate_halves(x, positions, base)
        close(got, halves(x, positions, base), inputs=inputs, rtol=1e-3, atol=1e-4)


@part(
    "the same scores with both layouts",
    points=2,
    hint="0, 2, 4, … of a head come first, then 1, 3, 5, …; the heads stay where they are",
)
def kernels(candidate, rng):
    for heads, d in ((1, 6), (2, 4), (3, 8)):
        kernel = rng.normal(size=(5, heads * d)).astype("float32")
        # with these columns the scores of the turned queries and keys are those of the other layout
        columns = [i * d + c for i in range(heads) for c in (*range(0, d, 2), *range(1, d, 2))]
        inputs = {"kernel": kernel, "heads": heads}
        close(candidate.to_halves(kernel, heads), kernel[:, columns], inputs=inputs, rtol=1e-6, atol=0)


@part("a longer context", points=2, hint="write ω of the last pair, j = d/2 − 1, with both bases")
def context(candidate, rng):
    for d, base, factor in ((4, 100.0, 2.0), (64, 10_000.0, 8.0), (16, 500.0, float(rng.uniform(1.5, 6)))):
        last = 2 * (d // 2 - 1) / d
        # new^(−last) = base^(−last) / factor
        expected = np.exp(np.log(base) + np.log(factor) / last)
        inputs = {"d": d, "base": base, "factor": factor}
        close(candidate.longer_base(d, base, factor), expected, inputs=inputs, rtol=1e-4)
