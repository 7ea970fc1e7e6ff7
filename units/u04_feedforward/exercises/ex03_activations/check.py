"""Checks for ex03: values and derivatives in float64, far out, and near zero."""

import numpy as np
from scipy import special

from course.grading import close, part, shape

REFERENCE = {
    "leaky_relu": lambda z, a: np.where(z > 0, z, a * z),
    "leaky_relu_derivative": lambda z, a: np.where(z > 0, 1.0, a),
    "elu": lambda z, a: np.where(z > 0, z, a * np.expm1(np.minimum(z, 0))),
    "elu_derivative": lambda z, a: np.where(z > 0, 1.0, a * np.exp(np.minimum(z, 0))),
    "softplus": lambda z: np.logaddexp(0, z),
    "softplus_derivative": special.expit,
    "swish": lambda z: z * special.expit(z),
    "swish_derivative": lambda z: special.expit(z) * (1 + z * special.expit(-z)),
}


def compare(candidate, name, z, *parameters, rtol=1e-4, atol=1e-6):
    z = np.asarray(z, "float32")
    expected = REFERENCE[name](z.astype("float64"), *parameters)
    got = getattr(candidate, name)(z, *parameters)
    shape(got, z.shape, inputs={"z": z}, says=name)
    inputs = {"z": z, **({"alpha": parameters[0]} if parameters else {})}
    close(got, expected, inputs=inputs, rtol=rtol, atol=atol, says=name)


@part("leaky ReLU", points=1, hint="the slope on the left is α, not 0, and at 0 too")
def leaky(candidate, rng):
    z = np.append(rng.normal(scale=2, size=7), 0).reshape(2, 4)
    for alpha in (0.01, 0.3):
        compare(candidate, "leaky_relu", z, alpha)
        compare(candidate, "leaky_relu_derivative", z, alpha)


@part("ELU", points=2, hint="the derivative of α(e^z − 1) is α e^z = S(z) + α")
def elu(candidate, rng):
    z = np.append(rng.normal(scale=2, size=7), 0).reshape(2, 4)
    for alpha in (1.0, 0.5):
        compare(candidate, "elu", z, alpha)
        compare(candidate, "elu_derivative", z, alpha)


@part("softplus and swish", points=2, hint="swish is a product: its derivative has two terms")
def smooth(candidate, rng):
    z = np.append(rng.normal(scale=2, size=7), 0).reshape(2, 4)
    for name in ("softplus", "softplus_derivative", "swish", "swish_derivative"):
        compare(candidate, name, z)


@part("far out", points=2, hint="log(1 + e^z) = max(0, z) + log(1 + e^{−|z|}), and σ is safe")
def far(candidate, rng):
    z = [-1000.0, -200.0, -90.0, 90.0, 200.0, 1000.0]
    for name in REFERENCE:
        compare(candidate, name, z, *([0.5] if "elu" in name else []))


@part("near zero, and small values", points=1, hint="ops.expm1 and ops.log1p keep the digits")
def near(candidate, rng):
    compare(candidate, "elu", [-1e-5, -3e-5, -2e-4, 1e-5], 1.0, rtol=1e-4, atol=0)
    compare(candidate, "softplus", [-12.0, -16.0, -20.0], rtol=1e-4, atol=0)
