"""Checks for ex08: the formulas in float64, the gradient by central differences."""

import numpy as np

from course.grading import close, part


def layer_norm(z, gamma, beta, epsilon):
    mean = z.mean(-1, keepdims=True)
    return gamma * (z - mean) / np.sqrt(z.var(-1, keepdims=True) + epsilon) + beta


def slopes(f, at, h=1e-5):
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def case(rng, batch=3, seq=4, p=5):
    z = 2 * rng.normal(size=(batch, seq, p)) + rng.normal(size=(batch, seq, 1))
    return tuple(a.astype("float32") for a in (z, rng.normal(size=p), rng.normal(size=p)))


@part("over the features of each position", points=2, hint="axis=-1, with keepdims=True")
def values(candidate, rng):
    for shape in ((3, 4, 5), (1, 1, 3), (2, 1, 6)):
        z, gamma, beta = case(rng, *shape)
        inputs = {"z": z, "gamma": gamma, "beta": beta, "epsilon": 1e-3}
        close(
            candidate.layer_norm(*inputs.values()),
            layer_norm(z, gamma, beta, 1e-3),
            inputs=inputs,
            rtol=1e-4,
            atol=1e-5,
        )


@part("ε stands under the root", points=1)
def root(candidate, rng):
    z, gamma, beta = case(rng)
    z[0, 0] = 4.0  # all features equal: no variance
    inputs = {"z": z, "gamma": gamma, "beta": beta, "epsilon": 0.5}
    close(
        candidate.layer_norm(*inputs.values()),
        layer_norm(z, gamma, beta, 0.5),
        inputs=inputs,
        rtol=1e-4,
        atol=1e-5,
    )


@part("RMS normalization", points=2, hint="the root of the mean of the squares, nothing subtracted")
def short(candidate, rng):
    z, gamma, _ = case(rng)
    expected = gamma * z / np.sqrt((z.astype("float64") ** 2).mean(-1, keepdims=True) + 1e-3)
    inputs = {"z": z, "gamma": gamma, "epsilon": 1e-3}
    close(candidate.rms_norm(*inputs.values()), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


def gradients(rng, epsilon=1e-2):
    z, gamma, beta = case(rng, 2, 3, 4)
    slope = rng.normal(size=z.shape).astype("float32")
    wide = [a.astype("float64") for a in (z, gamma, beta)]

    def cost(i):
        return lambda v: np.sum(slope * layer_norm(*wide[:i], v, *wide[i + 1 :], epsilon))

    expected = [slopes(cost(i), wide[i]) for i in range(3)]
    return {"slope": slope, "z": z, "gamma": gamma, "epsilon": epsilon}, expected


@part(
    "the gradients of γ and β",
    points=1,
    hint="γ and β are shared by all positions of all samples: sum over them",
)
def parameters(candidate, rng):
    inputs, expected = gradients(rng)
    got = candidate.backward(*inputs.values())
    close(got[1], expected[1], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂γ")
    close(got[2], expected[2], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂β")


@part("the gradient of z", points=3, hint="g − mean(g) − ẑ mean(g ẑ), over s; and g holds γ")
def inputs(candidate, rng):
    inputs, expected = gradients(rng)
    got = candidate.backward(*inputs.values())
    close(got[0], expected[0], inputs=inputs, rtol=1e-3, atol=1e-4, message="∂C/∂z")
