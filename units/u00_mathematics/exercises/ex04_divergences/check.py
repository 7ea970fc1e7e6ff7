"""Check of ex04_divergences: SciPy's entropies are the references."""

import numpy as np
from scipy import special, stats

from course.grading import close, part


def distributions(rng, *size):
    return rng.dirichlet(np.ones(size[-1]), size=size[:-1]).astype("float32")


def with_zeros(rng, rows, classes):
    """Distributions in rows; the first one is certain, and the second one has one zero."""
    P = distributions(rng, rows, classes)
    P[0] = np.eye(classes)[rng.integers(classes)]
    P[1, 0] = 0
    return P / P.sum(1, keepdims=True)


@part("moments: mean and variance", points=1, hint="the variance is the mean of (u − mean)²")
def two(candidate, rng):
    for p, u in (
        (np.array([0.5, 0.5], "float32"), np.array([0, 2], "float32")),
        (distributions(rng, 5), rng.normal(size=5).astype("float32") + 3),
    ):
        mean = np.sum(p * u)
        close(
            candidate.moments(p, u),
            (mean, np.sum(p * (u - mean) ** 2)),
            inputs={"p": p, "u": u},
            rtol=1e-3,
            atol=1e-5,
        )


@part("bits: the entropy of each row", points=1, hint="what is 0 log 0, and to which base is the logarithm?")
def entropies(candidate, rng):
    P = with_zeros(rng, 4, 3)
    close(candidate.bits(P), stats.entropy(P, base=2, axis=1), inputs={"P": P}, rtol=1e-4, atol=1e-6)


@part(
    "divergences: of each row from q",
    points=1,
    hint="which of the two distributions is the weight in the sum?",
)
def relative(candidate, rng):
    P, q = with_zeros(rng, 4, 3), np.array([0.5, 0.3, 0.2], "float32")
    expected = special.rel_entr(P, q).sum(axis=1)
    close(candidate.divergences(P, q), expected, inputs={"P": P, "q": q}, rtol=1e-3, atol=1e-5)


@part("mixture: Jensen–Shannon with weights", points=1, hint="with one distribution the result is 0")
def shared(candidate, rng):
    fixed = (np.eye(2, dtype="float32"), np.array([0.25, 0.75], "float32"))
    for P, w in (fixed, (with_zeros(rng, 3, 4), np.array([0.5, 0.3, 0.2], "float32"))):
        m = w @ P
        expected = sum(w[i] * special.rel_entr(P[i], m).sum() for i in range(len(w)))
        close(candidate.mixture(P, w), expected, inputs={"P": P, "w": w}, rtol=1e-3, atol=1e-5)


@part(
    "softmax_gradient: of a weighted mean",
    points=1,
    hint="what is the derivative of the cross-entropy of one sample?",
)
def slopes(candidate, rng):
    z, Y = rng.normal(size=(4, 3)).astype("float32"), distributions(rng, 4, 3)
    w = np.array([1, 2, 0, 4], "float32")
    for logits in (z, z + 200):
        expected = w[:, None] / 7 * (special.softmax(logits, axis=1) - Y)
        inputs = {"z": logits, "Y": Y, "w": w}
        close(candidate.softmax_gradient(logits, Y, w), expected, inputs=inputs, rtol=1e-3, atol=1e-4)
