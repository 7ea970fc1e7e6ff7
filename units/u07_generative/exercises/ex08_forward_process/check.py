"""Checks for ex08: products written out, covariances of a chain, and conditioning of a joint Gaussian."""

import numpy as np

from course.grading import close, equal, part


def schedule(rng, T):
    beta = rng.uniform(0.01, 0.3, size=T)
    return beta, np.cumprod(1 - beta)


@part("the noise of each step", points=2, hint="what has been multiplied to get the next entry?")
def steps(candidate, rng):
    for T in (1, 4, 9):
        beta, kept = schedule(rng, T)
        close(candidate.betas(kept), beta, inputs={"alpha_bars": kept}, rtol=1e-4, atol=1e-6)


@part("jumps", points=2, hint="the variance of x_t, for data of variance 1, is 1 at every time")
def jumps(candidate, rng):
    for s, t in ((-1, 0), (-1, 4), (2, 3), (1, 5)):
        beta, kept = schedule(rng, 6)
        x, noise = rng.normal(size=(2, 3, 2))
        signal, variance = 1.0, 0.0
        for b in beta[
            s + 1 : t + 1
        ]:  # step by step: what is left of x_s, and the variance of all noise since
            signal, variance = signal * np.sqrt(1 - b), variance * (1 - b) + b
        inputs = {"x_s": x, "noise": noise, "alpha_bars": kept, "s": s, "t": t}
        close(
            candidate.jump(x, noise, kept, s, t),
            signal * x + np.sqrt(variance) * noise,
            inputs=inputs,
            rtol=1e-4,
            atol=1e-5,
        )


@part("one step back", points=3, hint="multiply two Gaussian densities in x_{t−1}: precisions add")
def back(candidate, rng):
    for t in (1, 3, 5):
        beta, kept = schedule(rng, 6)
        x_0, x_t = rng.normal(size=(2, 4, 2))
        # given x_0: x_{t−1} has the variance a, and x_t = √(1 − β) x_{t−1} + noise: condition the joint Gaussian
        a, root = 1 - np.prod(1 - beta[:t]), np.sqrt(1 - beta[t])
        center = np.sqrt(np.prod(1 - beta[:t])) * x_0
        gain = root * a / (root**2 * a + beta[t])
        got = candidate.one_step_back(x_0, x_t, kept, t)
        inputs = {"x_0": x_0, "x_t": x_t, "alpha_bars": kept, "t": t}
        close(
            got[0], center + gain * (x_t - root * center), inputs=inputs, rtol=1e-4, atol=1e-5, message="mean"
        )
        close(got[1], a - gain * root * a, inputs=inputs, rtol=1e-4, atol=1e-6, message="variance")


@part("the first time below", points=1, hint="the ratio is of variances; is there such a time at all?")
def below(candidate, rng):
    for ratio in (rng.uniform(0.8, 1.2), rng.uniform(2, 4), 1e-9, 1e9):
        _, kept = schedule(rng, 12)
        expected = next((t for t, a in enumerate(kept) if a < ratio * (1 - a)), 12)
        got = candidate.first_time_below(kept, ratio)
        equal(got, expected, inputs={"alpha_bars": kept, "ratio": ratio})
    kept = np.array([0.9375, 0.75, 0.5, 0.25])  # the ratios are 15, 3, 1 and 1/3
    for ratio, expected in ((1.0, 3), (2.0, 2)):
        equal(candidate.first_time_below(kept, ratio), expected, inputs={"alpha_bars": kept, "ratio": ratio})
