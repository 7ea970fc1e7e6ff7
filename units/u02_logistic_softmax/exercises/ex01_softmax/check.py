"""Check of ex01_softmax: SciPy in float64 is the reference."""

import numpy as np
from scipy import special

from course.grading import close, part, shape


def reference(z):
    z = np.asarray(z, "float64")
    return special.logsumexp(z, axis=-1), special.softmax(z, axis=-1), special.log_softmax(z, axis=-1)


def logits(rng, *axes, scale=2.0):
    return rng.normal(scale=scale, size=axes).astype("float32")


@part(
    "log_sum_exp and softmax agree with the definition",
    points=2,
    hint="sum over the last axis; a maximum that you take away has to be added again",
)
def values(candidate, rng):
    z = logits(rng, 5, 3)
    lse, p, _ = reference(z)
    close(candidate.log_sum_exp(z), lse, inputs={"z": z}, rtol=1e-4, atol=1e-5)
    close(candidate.softmax(z), p, inputs={"z": z}, rtol=1e-4, atol=1e-6)


@part("log_softmax agrees with the definition", points=1)
def log_values(candidate, rng):
    z = logits(rng, 4, 4)
    close(candidate.log_softmax(z), reference(z)[2], inputs={"z": z}, rtol=1e-4, atol=1e-5)


@part("works for one sample and for more axes", points=1, hint="axis=-1, whatever is in front of it")
def axes(candidate, rng):
    for size in ((4,), (2, 3, 4), (3, 1)):
        z = logits(rng, *size)
        lse, p, log_p = reference(z)
        shape(candidate.log_sum_exp(z), size[:-1], inputs={"z": z})
        close(candidate.log_sum_exp(z), lse, inputs={"z": z}, rtol=1e-4, atol=1e-5)
        close(candidate.softmax(z), p, inputs={"z": z}, rtol=1e-4, atol=1e-6)
        close(candidate.log_softmax(z), log_p, inputs={"z": z}, rtol=1e-4, atol=1e-5)


@part("survives large logits", points=2, hint="take the maximum of each sample out before exponentiating")
def stable(candidate, rng):
    for c in (-1000, 1000):
        z = np.round(logits(rng, 4, 3)) + np.float32(c)
        lse, p, _ = reference(z)
        close(candidate.softmax(z), p, inputs={"z": z}, rtol=1e-4, atol=1e-6)
        close(candidate.log_sum_exp(z), lse, inputs={"z": z}, rtol=1e-5)


@part("each sample has its own maximum", points=1, hint="one large sample must not push the others to 0")
def one_sample_large(candidate, rng):
    z = np.stack([np.full(3, -500.0), np.arange(3.0), np.full(3, 500.0)]).astype("float32")
    lse, p, log_p = reference(z)
    close(candidate.log_sum_exp(z), lse, inputs={"z": z}, rtol=1e-5)
    close(candidate.softmax(z), p, inputs={"z": z}, rtol=1e-4)
    close(candidate.log_softmax(z), log_p, inputs={"z": z}, rtol=1e-4)


@part(
    "log_softmax is finite where softmax rounds to 0", points=1, hint="do not take the logarithm of softmax"
)
def finite(candidate, rng):
    z = np.array([[0.0, 300.0], [-800.0, 0.0]], "float32")
    close(candidate.log_softmax(z), reference(z)[2], inputs={"z": z}, rtol=1e-5, atol=1e-5)
