"""Checks for ex02: a search for the best discriminator, difference quotients, and the distribution of what is kept."""

import numpy as np

from course.grading import close, part


def logarithm(x):
    return np.log(np.maximum(x, 1e-300))


def value(p, q, share, D):
    """V with 0 log 0 = 0."""
    terms = share * np.where(p > 0, p * logarithm(D), 0.0) + (1 - share) * np.where(
        q > 0, q * logarithm(1 - D), 0.0
    )
    return float(terms.sum())


def searched(p, q, share):
    """The best D at each point, by golden section; concave in D."""
    low, high = np.zeros(len(p)), np.ones(len(p))
    for _ in range(90):
        a, b = high - 0.618 * (high - low), low + 0.618 * (high - low)
        f = [share * p * logarithm(D) + (1 - share) * q * logarithm(1 - D) for D in (a, b)]
        low, high = np.where(f[0] < f[1], a, low), np.where(f[0] < f[1], high, b)
    return (low + high) / 2


def densities(rng, n=6):
    return rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(n))


@part(
    "the best discriminator",
    points=2,
    hint="maximize share · p log D + (1 − share) q log(1 − D) for each point",
)
def best(candidate, rng):
    for share in (0.5, *rng.uniform(0.1, 0.9, size=2)):
        p, q = densities(rng)
        inputs = {"p": p, "q": q, "share": share}
        close(candidate.optimal(p, q, share), searched(p, q, share), inputs=inputs, rtol=1e-3, atol=1e-4)


@part("points that are not drawn", points=1, hint="0/0 is 1/2 here, and 0 log 0 is 0")
def empty(candidate, rng):
    p, q = densities(rng, 4)
    p, q = np.r_[p, 0.0, 0.0], np.r_[q[:3], 0.0, q[3], 0.0]
    share = rng.uniform(0.2, 0.8)
    inputs = {"p": p, "q": q, "share": share}
    D = np.r_[searched(p[:3], q[:3], share), 1.0, 0.0, 0.5]
    close(candidate.optimal(p, q, share), D, inputs=inputs, rtol=1e-3, atol=1e-4)
    close(candidate.best_value(p, q, share), value(p, q, share, D), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the value", points=1, hint="put the best discriminator into V")
def best_value(candidate, rng):
    for share in (0.5, *rng.uniform(0.1, 0.9, size=2)):
        p, q = densities(rng)
        expected = value(p, q, share, searched(p, q, share))
        inputs = {"p": p, "q": q, "share": share}
        close(candidate.best_value(p, q, share), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the ratio of the densities", points=1, hint="D / (1 − D) = share · p / ((1 − share) q)")
def ratio(candidate, rng):
    for share in rng.uniform(0.1, 0.9, size=3):
        p, q = densities(rng)
        logits = np.log(share) + np.log(p) - np.log(1 - share) - np.log(q)
        inputs = {"logits": logits, "share": share}
        close(candidate.density_ratio(logits, share), p / q, inputs=inputs, rtol=1e-4)


@part("where the generator goes", points=2, hint="D is best already, so its own change does not count")
def slope(candidate, rng):
    for share in (0.5, *rng.uniform(0.2, 0.8, size=2)):
        p, q = densities(rng)
        q = (q + 0.1) / (q + 0.1).sum()
        direction = rng.normal(size=len(p))
        direction -= direction.mean()
        step = 1e-4
        ends = [
            value(p, moved, share, searched(p, moved, share))
            for moved in (q + step * direction, q - step * direction)
        ]
        inputs = {"p": p, "q": q, "share": share, "direction": direction}
        expected = (ends[0] - ends[1]) / (2 * step)
        close(candidate.slope(p, q, share, direction), expected, inputs=inputs, rtol=2e-3, atol=1e-4)


@part("keeping samples", points=2, hint="keep in proportion to p / q; exp of a large logit overflows")
def keep(candidate, rng):
    for share in rng.uniform(0.1, 0.9, size=2):
        p, q = densities(rng)
        logits = np.log(share) + np.log(p) - np.log(1 - share) - np.log(q)
        kept = np.asarray(candidate.keep(logits, share))
        inputs = {"logits": logits, "share": share}
        close(kept.max(), 1.0, inputs=inputs, rtol=1e-6)
        close(q * kept / (q * kept).sum(), p, inputs=inputs, rtol=1e-4, atol=1e-6)
    far = np.array([900.0, 899.0, 0.0]) + rng.uniform(0, 50)
    close(
        candidate.keep(far, 0.5),
        [1.0, np.exp(-1.0), 0.0],
        inputs={"logits": far, "share": 0.5},
        rtol=1e-5,
        atol=1e-7,
    )
