"""Checks for ex08: the formulas in float64, and differences of the whole cost for the gradient."""

import numpy as np

from course.grading import close, part


def divergence(z, rho):
    active = np.clip(z.astype("float64").mean(axis=0), 1e-6, 1 - 1e-6)
    return np.sum(rho * np.log(rho / active) + (1 - rho) * np.log((1 - rho) / (1 - active)))


def codes(rng, *shape):
    return rng.uniform(0.02, 0.8, size=shape).astype("float32")


@part("the penalty", points=2, hint="first the mean of each unit over the batch, then the logarithms")
def value(candidate, rng):
    for shape, rho in (((4, 3), 0.1), ((7, 5), 0.3), ((1, 2), 0.05)):
        z = codes(rng, *shape)
        close(
            candidate.penalty(z, rho), divergence(z, rho), inputs={"z": z, "rho": rho}, rtol=1e-4, atol=1e-5
        )


@part("units that are never or always active", points=1, hint="what are log 0 and 0.1 / 0?")
def extreme(candidate, rng):
    z = codes(rng, 5, 4)
    z[:, 1], z[:, 2] = 0, 1
    close(candidate.penalty(z, 0.1), divergence(z, 0.1), inputs={"z": z, "rho": 0.1}, rtol=1e-2)


@part("its gradient", points=2, hint="how much does ρ̂_j change when one entry of its column changes?")
def gradient(candidate, rng):
    for shape, rho in (((4, 3), 0.1), ((9, 2), 0.4)):
        z = codes(rng, *shape)
        active = z.astype("float64").mean(axis=0)
        expected = np.tile(((1 - rho) / (1 - active) - rho / active) / len(z), (len(z), 1))
        got = candidate.penalty_gradient(z, rho)
        close(got, expected, inputs={"z": z, "rho": rho}, rtol=1e-4, atol=1e-5)


@part(
    "the gradient of the whole cost",
    points=2,
    hint="add both sources of ∂C/∂z, then multiply by the slope of the sigmoid",
)
def whole(candidate, rng):
    for weight in (0.0, 0.5, 2.0):
        x, u = rng.normal(size=(5, 6)), rng.normal(size=(5, 4)) - 1
        W2, b2 = rng.normal(size=(4, 6)), rng.normal(size=6)
        x, u, W2, b2 = (v.astype("float32").astype("float64") for v in (x, u, W2, b2))

        def cost(u, x=x, W2=W2, b2=b2, weight=weight):
            z = 1 / (1 + np.exp(-u))
            return np.sum((x - z @ W2 - b2) ** 2) / len(x) + weight * divergence(z, 0.1)

        expected = np.zeros_like(u)
        for place in np.ndindex(u.shape):
            step = np.zeros_like(u)
            step[place] = 1e-6
            expected[place] = (cost(u + step) - cost(u - step)) / 2e-6
        z = 1 / (1 + np.exp(-u))
        arrays = {"x": x, "x_hat": z @ W2 + b2, "z": z, "W2": W2}
        arrays = {name: value.astype("float32") for name, value in arrays.items()}
        got = candidate.code_gradient(*arrays.values(), 0.1, weight)
        close(got, expected, inputs={**arrays, "rho": 0.1, "weight": weight}, rtol=2e-3, atol=1e-3)


@part("a batch in parts", points=2, hint="parts of different sizes count differently")
def parts(candidate, rng):
    for sizes in ((3, 3), (1, 6, 2), (5,)):
        z = [codes(rng, size, 3) for size in sizes]
        got = candidate.penalty_in_parts(z, 0.1)
        close(got, divergence(np.concatenate(z), 0.1), inputs={"parts": z, "rho": 0.1}, rtol=1e-4, atol=1e-5)
