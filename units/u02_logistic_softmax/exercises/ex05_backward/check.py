"""Checks for ex05: the gradients against central differences of the cost in float64."""

import numpy as np

from course.grading import close, part


def cost(x, y, W, b):
    z = x @ W.T + b
    m = z.max(1, keepdims=True)
    log_sum = m[:, 0] + np.log(np.exp(z - m).sum(1))
    return np.mean(log_sum - z[np.arange(len(y)), y])


def slopes(f, at, h=1e-5):
    """Central differences of f at every entry of an array."""
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def batch(rng, n=5, p=3, K=4):
    x, W, b = rng.normal(size=(n, p)), rng.normal(size=(K, p)), rng.normal(size=K)
    return x.astype("float32"), rng.integers(K, size=n), W.astype("float32"), b.astype("float32")


def expected(x, y, W, b):
    x, W, b = x.astype("float64"), W.astype("float64"), b.astype("float64")
    return (
        slopes(lambda v: cost(x, y, v, b), W),
        slopes(lambda v: cost(x, y, W, v), b),
        slopes(lambda v: cost(v, y, W, b), x),
    )


def compare(candidate, x, y, W, b, index, name):
    got = candidate.backward(x, y, W, b)
    inputs = {"x": x, "y": y, "W": W, "b": b}
    close(got[index], expected(x, y, W, b)[index], inputs=inputs, rtol=1e-4, atol=1e-5, says=name)


@part("the weights", points=2, hint="each sample adds the outer product of its δ and its x")
def weights(candidate, rng):
    compare(candidate, *batch(rng), 0, "∂C/∂W")
    compare(candidate, *batch(rng, n=1, p=2, K=3), 0, "∂C/∂W of one sample")


@part("the biases", points=1, hint="∂z_i/∂b is the identity for every sample: their δ add up")
def biases(candidate, rng):
    compare(candidate, *batch(rng), 1, "∂C/∂b")


@part("the inputs", points=1, hint="z_i = W x_i + b, so ∂C/∂x_i = Wᵀ δ_i")
def inputs(candidate, rng):
    compare(candidate, *batch(rng, n=4, p=2, K=5), 2, "∂C/∂X")


@part("large logits", points=1, hint="let ops.softmax take the exponentials")
def large(candidate, rng):
    x, y, W, b = batch(rng, n=3)
    W = (W * 500).astype("float32")
    z = x.astype("float64") @ W.T.astype("float64") + b
    delta = np.exp(z - z.max(1, keepdims=True))
    delta = delta / delta.sum(1, keepdims=True)
    delta[np.arange(3), y] -= 1
    got = candidate.backward(x, y, W, b)
    close(got[1], delta.mean(0), inputs={"x": x, "y": y, "W": W, "b": b}, rtol=1e-3, atol=1e-3, says="∂C/∂b")
