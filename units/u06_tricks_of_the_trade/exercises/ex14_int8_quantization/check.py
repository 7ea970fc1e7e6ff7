"""Checks for ex14: the definitions, and integers that an int8 or int16 cannot hold."""

import numpy as np

from course.grading import close, equal, part


def clear(*quotients):
    """No number is so near to the middle between two integers that float32 and float64 round it differently."""
    return all(np.abs(np.asarray(q) % 1 - 0.5).min() > 1e-3 for q in quotients)


def weights(rng, inputs=7, units=4):
    while True:
        w = (rng.normal(size=(inputs, units)) * [0.01, 1.0, 30.0, 0.3]).astype("float32")
        if clear(w / units_of(w)[1]):
            return w


def batch(rng, shape, shift):
    while True:
        x = (rng.normal(size=shape) + shift).astype("float32")
        step = inputs_of(x)[1]
        if clear(x.astype("float64") / step, min(0.0, float(x.min())) / step):
            return x


def units_of(w):
    largest = np.abs(w.astype("float64")).max(0)
    delta = np.where(largest > 0, largest / 127, 1.0)
    return np.round(w / delta), delta


def inputs_of(x):
    low, high = min(0.0, x.min()), max(0.0, x.max())
    delta = (float(high) - float(low)) / 255
    zero = np.round(-128 - low / delta)
    return np.clip(np.round(x / delta) + zero, -128, 127), delta, zero


@part("weights, unit by unit", points=2, hint="the largest absolute value of each column, not of the kernel")
def kernel(candidate, rng):
    w = weights(rng)
    Q, delta = candidate.quantize_units(w)
    expected, steps = units_of(w)
    close(delta, steps, inputs={"w": w}, rtol=1e-5, message="Δ")
    close(Q, expected, inputs={"w": w}, atol=0.1, message="Q")


@part("a unit whose weights are all 0", points=1)
def zeros(candidate, rng):
    w = weights(rng)
    w[:, 1] = 0
    Q, delta = candidate.quantize_units(w)
    close(delta, units_of(w)[1], inputs={"w": w}, rtol=1e-5, message="Δ")
    close(Q, units_of(w)[0], inputs={"w": w}, atol=0.1, message="Q")


@part("inputs with a zero point", points=2, hint="o is the integer that stands for the number 0")
def inputs(candidate, rng):
    for shift in (0.0, 10.0, -10.0):
        x = batch(rng, (5, 6), shift)
        Q, delta, zero = candidate.quantize_inputs(x)
        expected, step, o = inputs_of(x)
        close(delta, step, inputs={"x": x}, rtol=1e-5, message="Δ")
        close(zero, o, inputs={"x": x}, message="o")
        close(Q, expected, inputs={"x": x}, atol=0.1, message="Q")


@part("sums in 32 bits", points=1, hint="127 · 127 does not fit into int8, and three of them not into int16")
def sums(candidate, rng):
    Q_x = rng.integers(-128, 128, size=(3, 500)).astype("int8")
    Q = rng.integers(-127, 128, size=(500, 2)).astype("int8")
    for zero in (0, -128, 57):
        expected = (Q_x.astype("int64") - zero) @ Q.astype("int64")
        equal(candidate.integer_sum(Q_x, zero, Q), expected, inputs={"Q_x": Q_x, "zero": zero, "Q": Q})


@part("the whole layer", points=2, hint="Δ_x and Δ_j multiply the sum, the bias is added in floats")
def layer(candidate, rng):
    for shift in (0.0, 3.0):
        x, w = batch(rng, (5, 7), shift), weights(rng)
        b = rng.normal(size=4).astype("float32")
        (Q_x, delta_x, zero), (Q, delta) = inputs_of(x), units_of(w)
        expected = delta_x * delta * ((Q_x - zero) @ Q) + b
        close(candidate.dense(x, w, b), expected, inputs={"x": x, "w": w, "b": b}, rtol=1e-4, atol=1e-5)


@part(
    "how wrong the output can be", points=1, hint="every weight is off by Δ_j/2 at most, with the worst sign"
)
def error(candidate, rng):
    x, delta = rng.normal(size=(3, 5)).astype("float32"), np.array([0.1, 2.0], "float32")
    expected = np.abs(x).sum(1)[:, None] * delta / 2
    close(candidate.bound(x, delta), expected, inputs={"x": x, "delta": delta}, rtol=1e-5)
