"""Checks for ex13: the density by SciPy's normal distribution in float64, its integral, and differences."""

import numpy as np
from scipy.stats import norm

from course.grading import close, part


def sigmoid(u):
    return np.exp(-np.logaddexp(0.0, -u))


def sample_of(mean, log_std, noise, low, high):
    return low + (high - low) * sigmoid(mean + np.exp(log_std) * noise)


def density_of_noise(mean, log_std, noise, low, high):
    u = mean + np.exp(log_std) * noise
    jacobian = np.log(high - low) - np.logaddexp(0.0, u) - np.logaddexp(0.0, -u)
    return np.sum(norm.logpdf(noise) - log_std - jacobian, axis=-1)


def case(rng, batch=4):
    mean, log_std, noise = (rng.normal(size=(batch, 2)).astype("float32") for _ in range(3))
    return {
        "mean": mean,
        "log_std": 0.5 * log_std - 0.5,
        "noise": noise,
        "low": np.array([-2.0, 1.0], "float32"),
        "high": np.array([1.0, 6.0], "float32"),
    }


def doubles(inputs):
    return {name: np.asarray(value, "float64") for name, value in inputs.items()}


@part("the actions", points=1)
def actions(candidate, rng):
    inputs = case(rng)
    close(candidate.sample(**inputs), sample_of(**doubles(inputs)), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the density of a draw", points=3, hint="divide the density of u by da/du, for each component")
def density(candidate, rng):
    for _ in range(2):
        inputs = case(rng)
        got = candidate.log_density_of_noise(**inputs)
        close(got, density_of_noise(**doubles(inputs)), inputs=inputs, rtol=1e-4, atol=1e-4)


@part("far from the middle", points=2, hint="log σ_Sig(u) = −softplus(−u)")
def far(candidate, rng):
    inputs = case(rng)
    inputs["mean"] = np.array([[200.0, 0.0], [-200.0, 1.0], [30.0, -30.0], [0.0, 90.0]], "float32")
    got = candidate.log_density_of_noise(**inputs)
    close(got, density_of_noise(**doubles(inputs)), inputs=inputs, rtol=1e-4, atol=1e-3)


@part("the density of an action", points=2, hint="solve a = low + (high − low) σ_Sig(u) for u")
def given(candidate, rng):
    low, high = np.array([-2.0], "float32"), np.array([1.0], "float32")
    a = np.linspace(-2, 1, 402)[1:-1, None].astype("float32")
    mean, log_std = (np.full(a.shape, value, "float32") for value in (0.4, -0.3))
    inputs = {"action": a, "mean": mean, "log_std": log_std, "low": low, "high": high}
    got = candidate.log_density(**inputs)
    share = (a.astype("float64") + 2) / 3
    u = np.log(share) - np.log(1 - share)
    expected = norm.logpdf(u, 0.4, np.exp(-0.3)) - np.log(3 * share * (1 - share))
    close(got, expected[:, 0], inputs=inputs, rtol=1e-3, atol=1e-3)
    inputs = case(rng)
    chosen = sample_of(**doubles(inputs)).astype("float32")
    expected = density_of_noise(**doubles(inputs))
    del inputs["noise"]
    inputs["action"] = chosen
    close(candidate.log_density(**inputs), expected, inputs=inputs, rtol=1e-3, atol=1e-3)


@part("the gradients", points=2, hint="the noise is a constant; log π contains −log σ")
def gradients(candidate, rng):
    inputs, alpha = case(rng), 0.3
    slope = rng.normal(size=(4, 2)).astype("float32")
    wide = doubles(inputs)

    def cost(mean, log_std):
        moved = {**wide, "mean": mean, "log_std": log_std}
        return np.sum(alpha * density_of_noise(**moved)) - np.sum(slope * sample_of(**moved))

    expected, h = np.zeros((2, 4, 2)), 1e-5
    for index in np.ndindex(4, 2):
        step = np.zeros((4, 2))
        step[index] = h
        m, s = wide["mean"], wide["log_std"]
        expected[(0, *index)] = (cost(m + step, s) - cost(m - step, s)) / (2 * h)
        expected[(1, *index)] = (cost(m, s + step) - cost(m, s - step)) / (2 * h)
    got = candidate.reparameterized_gradient(**inputs, slope=slope, alpha=alpha)
    given = {**inputs, "slope": slope, "alpha": alpha}
    close(got[0], expected[0], inputs=given, rtol=1e-3, atol=1e-4)
    close(got[1], expected[1], inputs=given, rtol=1e-3, atol=1e-4)
