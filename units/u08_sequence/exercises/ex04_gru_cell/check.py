"""Checks for ex04: the equations in NumPy, one gate after the other."""

import numpy as np

from course.grading import close, part


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def arrays(rng, gates, n=4, features=2, units=3):
    shapes = (n, features), (n, units), (features, gates * units), (units, gates * units), (gates * units,)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def blocks(a, gates):
    return np.split(a.astype("float64"), gates, axis=-1)


def gru(x, h, W, U, b, b_recurrent, reset_after):
    (W_z, W_r, W_g), (U_z, U_r, U_g), (b_z, b_r, b_g) = blocks(W, 3), blocks(U, 3), blocks(b, 3)
    c_z, c_r, c_g = blocks(b_recurrent, 3)
    z, r = sigmoid(x @ W_z + h @ U_z + b_z + c_z), sigmoid(x @ W_r + h @ U_r + b_r + c_r)
    inner = r * (h @ U_g + c_g) if reset_after else (r * h) @ U_g + c_g
    return z * h + (1 - z) * np.tanh(x @ W_g + b_g + inner)


@part(
    "the version of fast kernels",
    points=2,
    hint="the reset gate multiplies the product with U_g and its bias",
)
def after(candidate, rng):
    x, h, W, U, b = arrays(rng, 3)
    extra = rng.normal(size=9).astype("float32")
    got = candidate.gru_step(x, h, W, U, b, extra, True)
    inputs = {"x": x, "h": h, "W": W, "U": U, "b": b, "b_recurrent": extra}
    close(got, gru(x, h, W, U, b, extra, True), inputs=inputs, rtol=1e-4, atol=1e-5)


@part(
    "the version of the paper", points=2, hint="here the reset gate multiplies the state, before the product"
)
def before(candidate, rng):
    x, h, W, U, b = arrays(rng, 3)
    extra = rng.normal(size=9).astype("float32")
    got = candidate.gru_step(x, h, W, U, b, extra, False)
    inputs = {"x": x, "h": h, "W": W, "U": U, "b": b, "b_recurrent": extra}
    close(got, gru(x, h, W, U, b, extra, False), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the minimal gated unit", points=2, hint="one gate f; where it is 0 the state stays as it is")
def minimal(candidate, rng):
    x, h, W, U, b = arrays(rng, 2)
    (W_f, W_g), (U_f, U_g), (b_f, b_g) = blocks(W, 2), blocks(U, 2), blocks(b, 2)
    f = sigmoid(x @ W_f + h @ U_f + b_f)
    expected = (1 - f) * h + f * np.tanh(x @ W_g + (f * h) @ U_g + b_g)
    inputs = {"x": x, "h": h, "W": W, "U": U, "b": b}
    close(candidate.minimal_step(x, h, W, U, b), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part("a bias for a given memory", points=2, hint="first z, then the inverse of the sigmoid")
def memory(candidate, rng):
    for steps, share in ((1, 0.5), (20, 0.5), (50, float(rng.uniform(0.1, 0.6)))):
        z = share ** (1 / steps)
        expected = np.log(z / (1 - z))
        inputs = {"steps": steps, "share": share}
        close(candidate.bias_for_memory(steps, share), expected, inputs=inputs, rtol=1e-3, atol=1e-3)
