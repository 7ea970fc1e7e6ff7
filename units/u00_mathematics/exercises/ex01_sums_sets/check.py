"""Check of ex01_sums_sets: loops over all indices are the references."""

import numpy as np

from course.grading import close, part


def vector(rng, n):
    return rng.normal(size=n).astype("float32")


@part("triangle: the pairs j ≤ i, with the factor i − j", points=1, hint="which pairs occur for n = 2?")
def below(candidate, rng):
    for a, b in (
        (np.array([1, 2], "float32"), np.array([3, 4], "float32")),
        (vector(rng, 6), vector(rng, 6)),
    ):
        expected = sum((i - j) * a[i] * b[j] for i in range(len(a)) for j in range(i + 1))
        close(candidate.triangle(a, b), expected, inputs={"a": a, "b": b}, rtol=1e-4, atol=1e-4)


@part("different: all pairs of different indices", points=1, hint="(i, j) and (j, i) are two pairs")
def pairs(candidate, rng):
    for a in (np.array([1, 2, 3], "float32"), vector(rng, 7)):
        expected = sum(a[i] * a[j] for i in range(len(a)) for j in range(len(a)) if i != j)
        close(candidate.different(a), expected, inputs={"a": a}, rtol=1e-4, atol=1e-4)


@part("jaccard: common elements among all elements", points=1, hint="what is the union of two empty sets?")
def share(candidate, rng):
    drawn = rng.integers(2, size=(2, 9)).astype("float32")
    fixed = np.array([[1, 1, 1, 0], [0, 1, 0, 1]], "float32")
    for a, b in (fixed, drawn, np.zeros((2, 5), "float32")):
        A, B = set(np.flatnonzero(a)), set(np.flatnonzero(b))
        expected = len(A & B) / len(A | B) if A | B else 1.0
        close(candidate.jaccard(a, b), expected, inputs={"a": a, "b": b}, rtol=1e-5)


@part(
    "image: which elements are reached from A", points=1, hint="an element that is reached twice counts once"
)
def reached(candidate, rng):
    fixed = (np.array([2, 0, 2, 1], "int32"), np.array([1, 0, 1, 0], "float32"), 4)
    drawn = (rng.integers(5, size=8).astype("int32"), rng.integers(2, size=8).astype("float32"), 5)
    for f, a, m in (fixed, drawn):
        expected = np.array([float(any(f[i] == k and a[i] for i in range(len(f)))) for k in range(m)])
        close(candidate.image(f, a, m), expected, inputs={"f": f, "a": a, "m": m})


@part("contract: a sum over one common index", points=1, hint="which index is not in the result?")
def common(candidate, rng):
    A, B, c = (rng.normal(size=size).astype("float32") for size in ((3, 4), (3, 4), (4,)))
    expected = np.array([[sum(A[i] * B[k] * c) for k in range(3)] for i in range(3)])
    close(candidate.contract(A, B, c), expected, inputs={"A": A, "B": B, "c": c}, rtol=1e-4, atol=1e-5)
