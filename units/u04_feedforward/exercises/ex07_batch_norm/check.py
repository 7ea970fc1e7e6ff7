"""Checks for ex07: the layer in float64, its gradient by central differences."""

import numpy as np

from course.grading import close, part

NAMES = ("z", "gamma", "beta", "moving_mean", "moving_variance")


def normalize(z, gamma, beta, mean, variance, epsilon):
    return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta


def training(z, gamma, beta, epsilon):
    return normalize(z, gamma, beta, z.mean(0), z.var(0), epsilon)


def slopes(f, at, h=1e-5):
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def case(rng, n=6, p=3):
    z, gamma, beta, mean = (rng.normal(size=s) for s in ((n, p), p, p, p))
    variance = rng.uniform(0.5, 2, size=p)
    values = (2 * z + 1, gamma, beta, mean, variance)
    return {name: v.astype("float32") for name, v in zip(NAMES, values, strict=True)}


def train(candidate, c, momentum, epsilon):
    return candidate.forward_training(*(c[name] for name in NAMES), momentum, epsilon)


@part(
    "training: mean β and deviation γ",
    points=2,
    hint="mean and variance over axis 0, σ² divides by n, and ε stands under the root",
)
def forward(candidate, rng):
    for epsilon in (1e-3, 0.5):
        c = case(rng)
        expected = training(c["z"], c["gamma"], c["beta"], epsilon)
        inputs = {**c, "momentum": 0.9, "epsilon": epsilon}
        close(train(candidate, c, 0.9, epsilon)[0], expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part(
    "the moving averages",
    points=2,
    hint="ρ belongs to the old average, 1 − ρ to the batch's; σ² divides by n",
)
def averages(candidate, rng):
    c = case(rng, n=4)
    _, mean, variance = train(candidate, c, 0.8, 1e-3)
    inputs = {**c, "momentum": 0.8, "epsilon": 1e-3}
    z = c["z"].astype("float64")
    close(mean, 0.8 * c["moving_mean"] + 0.2 * z.mean(0), inputs=inputs, rtol=1e-4, message="the mean")
    close(
        variance,
        0.8 * c["moving_variance"] + 0.2 * z.var(0),
        inputs=inputs,
        rtol=1e-4,
        message="the variance",
    )


@part(
    "inference",
    points=1,
    hint="the moving averages replace μ and σ²; ε is under the root here too",
)
def inference(candidate, rng):
    for n in (5, 1):
        c = case(rng, n=n)
        got = candidate.forward_inference(*(c[name] for name in NAMES), 1e-2)
        close(got, normalize(*(c[name] for name in NAMES), 1e-2), inputs={**c, "epsilon": 1e-2}, rtol=1e-4)


def gradients(rng, n=6, p=3, epsilon=1e-2):
    c = case(rng, n, p)
    slope = rng.normal(size=(n, p)).astype("float32")
    z, gamma, beta = (c[name].astype("float64") for name in NAMES[:3])
    expected = (
        slopes(lambda v: np.sum(slope * training(v, gamma, beta, epsilon)), z),
        slopes(lambda v: np.sum(slope * training(z, v, beta, epsilon)), gamma),
        slopes(lambda v: np.sum(slope * training(z, gamma, v, epsilon)), beta),
    )
    return {"slope": slope, "z": c["z"], "gamma": c["gamma"], "epsilon": epsilon}, expected


@part(
    "the gradients of γ and β",
    points=1,
    hint="z̃ = γ ẑ + β: add up the slope over the batch for β, the slope times ẑ for γ",
)
def parameters(candidate, rng):
    inputs, expected = gradients(rng)
    got = candidate.backward(*inputs.values())
    close(got[1], expected[1], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂γ")
    close(got[2], expected[2], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂β")


@part("the gradient of z", points=3, hint="subtract from g its mean, and ẑ times the mean of g ẑ")
def inputs(candidate, rng):
    for n in (6, 3):
        inputs, expected = gradients(rng, n=n)
        got = candidate.backward(*inputs.values())
        close(got[0], expected[0], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂z")
