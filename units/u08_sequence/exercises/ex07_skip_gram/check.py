"""Checks for ex07: differences of the cost, sums over the pairs one by one, and words placed by hand."""

import numpy as np

from course.grading import close, equal, part


def cost(u, v, wrong):
    z = np.array([u @ v, *(-wrong @ u)])
    return float(np.sum(np.log1p(np.exp(-z))))


def slopes(f, x, step=1e-5):
    """Central differences of f by each entry of x."""
    result = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += step
        down[place] -= step
        result[place] = (f(up) - f(down)) / (2 * step)
    return result


def shifted(counts, negatives, power):
    total, rows, columns = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    q = columns.astype("float64") ** power / np.sum(columns.astype("float64") ** power)
    m = np.zeros(counts.shape)
    for w, s in np.argwhere(counts > 0):
        pair = counts[w, s] / total
        m[w, s] = max(0.0, np.log(pair / (rows[w] / total * q[s])) - np.log(negatives))
    return m


# five words with their counts; four pairs were never seen, some informations are negative, the table is not symmetric
COUNTS = np.array(
    [[9, 1, 0, 2, 4], [3, 6, 3, 0, 1], [0, 1, 12, 7, 2], [2, 0, 1, 8, 1], [1, 5, 2, 1, 30]], "float32"
)
# the answer to (0, 1, 2) is 3; without unit vectors a rule finds 4, which is long, or 5
WORDS = np.array(
    [[2, 0.2, 0.1], [0.3, 3, 0.2], [0.5, 0.1, 0.6], [0.1, 0.9, 1.0], [4, 4, 4.5], [0.1, 1, 0.3]], "float32"
)
# 0 and 1 are near each other, so 2 itself is the nearest to the direction; the answer is 3
NEAR = np.array([[1, 0, 0], [1, 0.1, 0], [0, 0, 1], [0, 0.3, 1], [1, 1, 0]], "float32")
# 0 and 2 are near each other, so 1 itself is the nearest to the direction; the answer is 3
ALIKE = np.array([[1, 0, 0], [0, 0, 1], [1, 0.1, 0], [0, 0.5, 1], [1, 1, 0]], "float32")


@part("the cost of a pair", points=1, hint="the true pair has the sign +, each drawn word the sign −")
def value(candidate, rng):
    u, v, wrong = (rng.normal(size=s).astype("float32") for s in ((4,), (4,), (3, 4)))
    got = candidate.cost_and_derivatives(u, v, wrong)
    expected = cost(*(a.astype("float64") for a in (u, v, wrong)))
    close(got[0], expected, inputs={"u": u, "v": v, "wrong": wrong}, rtol=1e-4, atol=1e-5)


@part("its derivatives", points=3, hint="the derivative of −log σ_Sig(z) by z is σ_Sig(z) − 1")
def derivatives(candidate, rng):
    for negatives in (1, 3):
        u, v, wrong = (rng.normal(size=s).astype("float32") for s in ((4,), (4,), (negatives, 4)))
        got = candidate.cost_and_derivatives(u, v, wrong)
        x, y, z = (a.astype("float64") for a in (u, v, wrong))
        inputs = {"u": u, "v": v, "wrong": wrong}
        expected = (
            slopes(lambda a, y=y, z=z: cost(a, y, z), x),
            slopes(lambda a, x=x, z=z: cost(x, a, z), y),
            slopes(lambda a, x=x, y=y: cost(x, y, a), z),
        )
        for name, k in (("u", 1), ("v", 2), ("wrong", 3)):
            close(
                got[k], expected[k - 1], inputs=inputs, rtol=1e-3, atol=1e-4, message=f"derivative by {name}"
            )


@part("the products at the optimum", points=3, hint="p(w, s)/p(w) is a row of the counts divided by its sum")
def optimum(candidate, rng):
    for counts, negatives, power in (
        (COUNTS, 2, 0.75),
        (COUNTS, 1, 1.0),
        (rng.integers(1, 20, size=(4, 4)).astype("float32"), 1, 0.5),
    ):
        inputs = {"counts": counts, "negatives": negatives, "power": power}
        got = candidate.information(counts, negatives, power)
        close(got, shifted(counts, negatives, power), inputs=inputs, rtol=1e-4, atol=1e-4)


@part(
    "an analogy", points=2, hint="divide each vector by its length first; the three given words are no answer"
)
def analogies(candidate, rng):
    # u is a sum of two directions: the pairs (0, 1), (2, 3), (4, 5) differ by the same one
    for _ in range(2):
        lengths = rng.uniform(1, 3, size=(6, 1))
        base = np.repeat(np.eye(4)[:3], 2, axis=0) + np.tile([[0.0], [0.5]], (3, 1)) * np.eye(4)[3]
        u = (lengths * base).astype("float32")
        equal(candidate.analogy(u, 0, 1, 4), 5, inputs={"vectors": u, "a": 0, "b": 1, "c": 4})
    equal(candidate.analogy(WORDS, 0, 1, 2), 3, inputs={"vectors": WORDS, "a": 0, "b": 1, "c": 2})
    equal(candidate.analogy(NEAR, 0, 1, 2), 3, inputs={"vectors": NEAR, "a": 0, "b": 1, "c": 2})
    equal(candidate.analogy(ALIKE, 0, 1, 2), 3, inputs={"vectors": ALIKE, "a": 0, "b": 1, "c": 2})
