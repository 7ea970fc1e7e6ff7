"""Checks for ex12: the conditions that define DDIM's step, and a linear map followed factor by factor."""

from itertools import pairwise

import numpy as np

from course.grading import close, equal, part


def schedule(rng, T):
    return np.cumprod(1 - rng.uniform(0.02, 0.2, size=T))


def kept(alpha_bars, t):
    return alpha_bars[t] if t >= 0 else 1.0


@part("the times", points=1, hint="the first one is T − 1 and the last one −1")
def grid(candidate, rng):
    for steps in (1, 3, 7, 12):
        T = int(rng.integers(12, 30))
        expected = np.array([T - 1 - (i * T) // steps for i in range(steps + 1)])
        equal(candidate.times(T, steps), expected, inputs={"T": T, "steps": steps})


@part("a step", points=4, hint="how much noise may x_s hold in all, and how much of it is fresh?")
def one_step(candidate, rng):
    for t, s, rho in ((7, 3, 0.0), (7, 6, 1.0), (5, 2, 0.5), (4, -1, 1.0)):
        alpha_bars, data, noise = schedule(rng, 8), *rng.normal(size=(2, 3, 2))
        a, b = kept(alpha_bars, t), kept(alpha_bars, s)
        x_t = np.sqrt(a) * data + np.sqrt(1 - a) * noise
        # with ρ = 1, σ² is the variance of x_s if x_t and the data are known: precisions add
        r = a / b
        variance = 0.0 if s < 0 else 1 / (r / (1 - r) + 1 / (1 - b))
        sigma = rho * np.sqrt(variance)
        expected = np.sqrt(b) * data + np.sqrt(max(0.0, 1 - b - sigma**2)) * noise
        got = candidate.step(x_t, noise, alpha_bars, t, s, rho)
        inputs = {"x_t": x_t, "noise": noise, "alpha_bars": alpha_bars, "t": t, "s": s, "rho": rho}
        close(got[0], expected, inputs=inputs, rtol=1e-4, atol=1e-4, message="mean")
        close(got[1], sigma, inputs=inputs, rtol=1e-4, atol=1e-5, message="σ")


@part("backwards", points=2, hint="data and noise stay; only their weights change")
def inverse(candidate, rng):
    for s, t in ((-1, 4), (2, 3), (0, 7)):
        alpha_bars, data, noise = schedule(rng, 8), *rng.normal(size=(2, 3, 2))
        a, b = kept(alpha_bars, t), kept(alpha_bars, s)
        x_s = np.sqrt(b) * data + np.sqrt(1 - b) * noise
        expected = np.sqrt(a) * data + np.sqrt(1 - a) * noise
        inputs = {"x_s": x_s, "noise": noise, "alpha_bars": alpha_bars, "s": s, "t": t}
        close(
            candidate.backwards(x_s, noise, alpha_bars, s, t), expected, inputs=inputs, rtol=1e-4, atol=1e-5
        )


@part("a sampler", points=3, hint="the best estimate of the noise is its mean if x_t is known")
def sampler(candidate, rng):
    for steps in (2, 5):
        T = 12
        alpha_bars, x = schedule(rng, T), rng.normal(size=(4, 2))
        mu, width = rng.normal(), rng.uniform(0.3, 2)
        at = np.array([T - 1 - (i * T) // steps for i in range(steps + 1)])
        # z = x − √ᾱ μ is multiplied by one factor in each step
        z = x - np.sqrt(alpha_bars[-1]) * mu
        for t, s in pairwise(at):
            a, b = kept(alpha_bars, t), kept(alpha_bars, s)
            share = np.sqrt(a) * width**2 / (a * width**2 + 1 - a)  # of z in the best estimate of the data
            z = z * (np.sqrt(b) * share + np.sqrt(1 - b) * np.sqrt(1 - a) / (a * width**2 + 1 - a))
        inputs = {"x": x, "alpha_bars": alpha_bars, "at": at, "mu": mu, "width": width}
        close(candidate.sample(x, alpha_bars, at, mu, width), z + mu, inputs=inputs, rtol=1e-3, atol=1e-4)
