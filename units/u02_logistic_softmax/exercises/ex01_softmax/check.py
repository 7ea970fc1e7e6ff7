"""Check of ex01_softmax: SciPy in float64 is the reference, with −∞ for the classes that are not allowed."""

import numpy as np
from scipy import special

from course.grading import close, part, shape


def reference(z, allowed):
    z = np.where(allowed, np.asarray(z, "float64"), -np.inf)
    return special.logsumexp(z, axis=-1), special.softmax(z, axis=-1), special.log_softmax(z, axis=-1)


def logits(rng, *axes, scale=2.0):
    return rng.normal(scale=scale, size=axes).astype("float32")


def mask(rng, *axes):
    """About half of the classes, and at least one in every row."""
    allowed = rng.random(size=axes) < 0.5
    first = rng.integers(axes[-1], size=axes[:-1])
    return allowed | (np.arange(axes[-1]) == first[..., None])


def compare(candidate, z, allowed, atol=1e-5):
    lse, p, log_p = reference(z, allowed)
    given = {"z": z, "allowed": allowed}
    close(candidate.log_sum_exp(z, allowed), lse, inputs=given, rtol=1e-4, atol=1e-5)
    close(candidate.softmax(z, allowed), p, inputs=given, rtol=1e-4, atol=1e-6)
    close(candidate.log_softmax(z, allowed), log_p, inputs=given, rtol=1e-4, atol=atol, finite=False)


@part("log_sum_exp and softmax agree with the definition", points=2, hint="sum over the last axis")
def values(candidate, rng):
    z = logits(rng, 4, 3)
    for allowed in (np.ones((4, 3), bool), mask(rng, 4, 3)):
        lse, p, _ = reference(z, allowed)
        given = {"z": z, "allowed": allowed}
        close(candidate.log_sum_exp(z, allowed), lse, inputs=given, rtol=1e-4, atol=1e-5)
        close(candidate.softmax(z, allowed), p, inputs=given, rtol=1e-4, atol=1e-6)


@part("log_softmax agrees with the definition", points=1)
def log_values(candidate, rng):
    z, allowed = logits(rng, 4, 3), mask(rng, 4, 3)
    expected = reference(z, allowed)[2]
    given = {"z": z, "allowed": allowed}
    close(candidate.log_softmax(z, allowed), expected, inputs=given, rtol=1e-4, atol=1e-5, finite=False)


@part("works for one sample and for more axes", points=1, hint="axis=-1, whatever is in front of it")
def axes(candidate, rng):
    for size in ((4,), (2, 3, 4), (3, 1)):
        z, allowed = logits(rng, *size), mask(rng, *size)
        given = {"z": z, "allowed": allowed}
        shape(candidate.log_sum_exp(z, allowed), size[:-1], inputs=given)
        compare(candidate, z, allowed)


@part("is right for large logits", points=1, hint="take the maximum of each sample out before exponentiating")
def stable(candidate, rng):
    for c in (-1000, 1000):
        z, allowed = np.round(logits(rng, 4, 3)) + np.float32(c), mask(rng, 4, 3)
        lse, p, _ = reference(z, allowed)
        given = {"z": z, "allowed": allowed}
        close(candidate.softmax(z, allowed), p, inputs=given, rtol=1e-4, atol=1e-6)
        close(candidate.log_sum_exp(z, allowed), lse, inputs=given, rtol=1e-5)


@part("each sample has its own maximum", points=1, hint="one large sample must not push the others to 0")
def one_sample_large(candidate, rng):
    z = np.round(logits(rng, 3, 3)) + np.array([[-500], [0], [500]], "float32")
    compare(candidate, z, mask(rng, 3, 3), atol=1e-4)  # of 500, float32 keeps no more


@part(
    "the largest logit may belong to a class that is not allowed",
    points=1,
    hint="the maximum to take out is that of the allowed classes",
)
def large_elsewhere(candidate, rng):
    z = np.round(logits(rng, 2, 3)) + np.array([[0, 0, 1000], [-1000, -1000, 0]], "float32")
    order, allowed = rng.permutation(3), np.array([[True, True, False], [True, True, False]])
    compare(candidate, z[:, order], allowed[:, order], atol=1e-4)


@part(
    "log_softmax is finite where softmax rounds to 0", points=1, hint="do not take the logarithm of softmax"
)
def finite(candidate, rng):
    z = (np.array([[0, 300], [-800, 0]]) * rng.uniform(1, 2, size=(2, 1))).astype("float32")
    allowed = np.ones((2, 2), bool)
    expected = reference(z, allowed)[2]
    given = {"z": z, "allowed": allowed}
    close(candidate.log_softmax(z, allowed), expected, inputs=given, rtol=1e-5, atol=1e-5)
