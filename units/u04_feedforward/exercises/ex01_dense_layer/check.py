"""Checks for ex01: the layers one sample at a time in NumPy."""

import itertools

import numpy as np

from course.grading import close, equal, part


def network(rng, widths, n=4):
    weights = [rng.normal(size=(u, f)).astype("float32") for f, u in itertools.pairwise(widths)]
    biases = [rng.normal(size=u).astype("float32") for u in widths[1:]]
    return rng.normal(size=(n, widths[0])).astype("float32"), weights, biases


def activations(x, weights, biases):
    result = [x.astype("float64")]
    for l, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
        z = np.stack([W.astype("float64") @ a + b for a in result[-1]])
        result.append(np.tanh(z) if l < len(weights) else z)
    return result


@part(
    "one layer over a mini-batch",
    points=2,
    hint="write down the shapes: which product of A and W is (batch, units)?",
)
def one_layer(candidate, rng):
    for widths in ([3, 2], [3, 3]):
        A, (W,), (b,) = network(rng, widths)
        expected = activations(A, [W], [b])[-1]
        close(candidate.affine(A, W, b), expected, inputs={"A": A, "W": W, "b": b}, rtol=1e-4, atol=1e-5)


@part("several layers", points=2, hint="S is applied in the hidden layers only; the list begins with X")
def stacked(candidate, rng):
    for widths in ([3, 4, 2], [2, 3, 3, 1], [3, 2]):
        x, weights, biases = network(rng, widths)
        got = candidate.forward(x, weights, biases)
        expected = activations(x, weights, biases)
        inputs = {"x": x, "weights": weights, "biases": biases}
        close(got, expected, inputs=inputs, rtol=1e-4, atol=1e-5, message="the list A^[0], …, A^[L]")


@part(
    "the weights as Keras stores them",
    points=1,
    hint="layer by layer its kernel, then its bias; a Dense layer computes matmul(inputs, kernel) + bias",
)
def kernels(candidate, rng):
    for widths in ([3, 4, 2], [2, 2, 2]):
        _, weights, biases = network(rng, widths)
        expected = [v for W, b in zip(weights, biases, strict=True) for v in (W.T, b)]
        close(
            candidate.keras_weights(weights, biases), expected, inputs={"weights": weights, "biases": biases}
        )


@part("the number of parameters", points=1)
def counted(candidate, rng):
    for widths, count in (([2, 3, 1], 13), ([784, 10], 7850), ([4, 5, 5, 3], 25 + 30 + 18)):
        equal(candidate.count_parameters(widths), count, inputs={"widths": widths})
