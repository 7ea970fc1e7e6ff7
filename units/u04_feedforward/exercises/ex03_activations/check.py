"""Checks for ex03: values and slopes in float64, far out, and near zero."""

import numpy as np
from scipy import special

from course.grading import close, part, shape

VALUES = {
    "leaky_relu": lambda z, alpha: np.where(z > 0, z, alpha * z),
    "elu": lambda z, alpha: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
    "softplus": lambda z: np.logaddexp(0, z),
    "swish": lambda z: z * special.expit(z),
}
SLOPES = {
    "leaky_relu": lambda z, alpha: np.where(z > 0, 1.0, alpha),
    "elu": lambda z, alpha: np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0))),
    "softplus": special.expit,
    "swish": lambda z: special.expit(z) * (1 + z * special.expit(-z)),
}


def value(candidate, name, z, *alpha, rtol=1e-4, atol=1e-6):
    z = np.asarray(z, "float32")
    expected = VALUES[name](z.astype("float64"), *alpha)
    got = getattr(candidate, name)(z, *alpha)
    inputs = {"z": z} | dict(zip(["alpha"], alpha, strict=False))
    shape(got, z.shape, inputs=inputs, message=name)
    close(got, expected, inputs=inputs, rtol=rtol, atol=atol, message=name)


def slope(candidate, name, z, *alpha, rtol=1e-4, atol=1e-6):
    z = np.asarray(z, "float32")
    a = VALUES[name](z.astype("float64"), *alpha).astype("float32")
    expected = SLOPES[name](z.astype("float64"), *alpha)
    given = {"z": z, "a": a} if name == "swish" else {"a": a}
    got = getattr(candidate, f"{name}_slope")(*given.values(), *alpha)
    inputs = given | dict(zip(["alpha"], alpha, strict=False))
    shape(got, z.shape, inputs=inputs, message=f"{name}_slope")
    close(got, expected, inputs=inputs, rtol=rtol, atol=atol, message=f"{name}_slope")


def numbers(rng):
    return np.append(rng.normal(scale=2, size=7), 0).reshape(2, 4)


@part("leaky ReLU", points=1, hint="a has the sign of z; the slope on the left is η, not 0, and at 0 too")
def leaky(candidate, rng):
    z = numbers(rng)
    for alpha in (0.01, 0.3):
        value(candidate, "leaky_relu", z, alpha)
        slope(candidate, "leaky_relu", z, alpha)


@part("ELU", points=2, hint="the derivative of η(e^z − 1) is η e^z: how does it follow from a?")
def elu(candidate, rng):
    z = numbers(rng)
    for alpha in (1.0, 0.5):
        value(candidate, "elu", z, alpha)
        slope(candidate, "elu", z, alpha)


@part(
    "softplus and swish", points=2, hint="e^a = 1 + e^z; and swish is a product: its derivative has two terms"
)
def smooth(candidate, rng):
    z = numbers(rng)
    for name in ("softplus", "swish"):
        value(candidate, name, z)
        slope(candidate, name, z)


@part(
    "large arguments",
    points=2,
    hint="log(1 + e^z) = max(0, z) + log(1 + e^{−|z|}); ops.sigmoid does not overflow",
)
def far(candidate, rng):
    z = rng.uniform(1, 1.2, size=6) * [-1000, -200, -90, 90, 200, 1000]
    for name in VALUES:
        alpha = [0.5] if "elu" in name else []
        value(candidate, name, z, *alpha)
        slope(candidate, name, z, *alpha)


@part("near zero, and small values", points=1, hint="ops.expm1 and ops.log1p keep the digits")
def near(candidate, rng):
    close_by, far_left = np.array([-1e-5, -3e-5, -2e-4, 1e-5]), np.array([-12.0, -16.0, -18.0])
    value(candidate, "elu", rng.uniform(1, 1.5, size=4) * close_by, 1.0, rtol=1e-4, atol=0)
    value(candidate, "softplus", rng.uniform(1, 1.2, size=3) * far_left, rtol=1e-4, atol=0)
    slope(candidate, "softplus", rng.uniform(1, 1.2, size=3) * far_left, rtol=1e-4, atol=0)
