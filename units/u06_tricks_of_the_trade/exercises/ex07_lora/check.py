"""Checks for ex07: gradients by central differences, the nearest matrix by its defining properties."""

import numpy as np

from course.grading import close, equal, part, shape


def drawn(rng, *sizes):
    return [rng.normal(size=size).astype("float32") for size in sizes]


@part("when LoRA trains fewer numbers", points=1, hint="count the entries of A and of B")
def numbers(candidate, rng):
    for inputs, units in ((64, 64), (3, 5), (1, 1), (2, 2), *rng.integers(2, 900, size=(4, 2)).tolist()):
        fewer = [r for r in range(1, inputs + units) if r * inputs + r * units < inputs * units]
        equal(
            candidate.largest_rank(inputs, units),
            max(fewer, default=0),
            inputs={"inputs": inputs, "units": units},
        )


@part("the gradients of both factors", points=3, hint="the chain rule, one product after the other")
def gradients(candidate, rng):
    for n, inputs, rank, units, scale in ((4, 3, 2, 5, 1.0), (2, 6, 1, 3, 0.5), (3, 4, 3, 2, 4.0)):
        x, A, B, D = drawn(rng, (n, inputs), (inputs, rank), (rank, units), (n, units))
        start = [A.astype("float64"), B.astype("float64")]

        def cost(factors, x=x, D=D, scale=scale):
            return np.sum(D * (scale * x @ factors[0] @ factors[1]))

        expected = []
        for k in (0, 1):
            slope = np.zeros_like(start[k])
            for i in np.ndindex(slope.shape):
                up, down = [m.copy() for m in start], [m.copy() for m in start]
                up[k][i] += 1e-4
                down[k][i] -= 1e-4
                slope[i] = (cost(up) - cost(down)) / 2e-4
            expected.append(slope)
        inputs_of = {"x": x, "A": A, "B": B, "scale": scale, "D": D}
        got = candidate.factor_gradients(x, A, B, scale, D)
        close(got[0], expected[0], inputs=inputs_of, rtol=1e-3, atol=1e-4, message="∂C/∂A")
        close(got[1], expected[1], inputs=inputs_of, rtol=1e-3, atol=1e-4, message="∂C/∂B")


@part("the nearest change of low rank", points=3, hint="the singular value decomposition of the change")
def nearest(candidate, rng):
    for inputs, units, rank in ((5, 4, 2), (3, 6, 1), (4, 4, 3), (2, 5, 2)):
        (change,) = drawn(rng, (inputs, units))
        # the eigenvectors of change changeᵀ, largest first
        _, vectors = np.linalg.eigh(change.astype("float64") @ change.T.astype("float64"))
        first = vectors[:, ::-1][:, :rank]
        expected = first @ (first.T @ change)
        got = candidate.best_change(change, rank)
        given = {"change": change, "rank": rank}
        close(got[0], expected, inputs=given, rtol=1e-3, atol=1e-4)
        share = np.sum((change - expected) ** 2) / np.sum(change.astype("float64") ** 2)
        close(got[1], share, inputs=given, rtol=1e-3, atol=1e-5)


@part("two changes as one", points=2, hint="a product of block matrices")
def two(candidate, rng):
    for r1, r2 in ((1, 2), (3, 1), (2, 2)):
        A1, A2, B1, B2 = drawn(rng, (5, r1), (5, r2), (r1, 4), (r2, 4))
        scale1, scale2 = (float(c) for c in rng.uniform(0.5, 3, size=2))
        A, B = candidate.as_one(A1, B1, scale1, A2, B2, scale2)
        given = {"A1": A1, "B1": B1, "scale1": scale1, "A2": A2, "B2": B2, "scale2": scale2}
        shape(A, (5, r1 + r2))
        shape(B, (r1 + r2, 4))
        close(np.matmul(A, B), scale1 * A1 @ B1 + scale2 * A2 @ B2, inputs=given, rtol=1e-4, atol=1e-5)
