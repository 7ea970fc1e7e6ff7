"""Checks for ex02: forward in NumPy, the gradients against central differences of the cost in float64."""

import itertools

import numpy as np

from course.grading import close, part


def run(x, weights, biases):
    zs, activations = [], [x]
    for l, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
        zs.append(activations[-1] @ W.T + b)
        activations.append(np.tanh(zs[-1]) if l < len(weights) else zs[-1])
    return zs, activations


def cost(x, y, weights, biases):
    z = run(x, weights, biases)[0][-1]
    m = z.max(1, keepdims=True)
    return np.mean(m[:, 0] + np.log(np.exp(z - m).sum(1)) - z[np.arange(len(y)), y])


def slopes(f, at, h=1e-5):
    """Central differences of f() while the entries of an array are moved in place."""
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        kept = at[i]
        at[i] = kept + h
        up = f()
        at[i] = kept - h
        result[i] = (up - f()) / (2 * h)
        at[i] = kept
    return result


def problem(rng, widths, n=4):
    weights = [rng.normal(size=(u, f)).astype("float32") for f, u in itertools.pairwise(widths)]
    biases = [rng.normal(size=u).astype("float32") for u in widths[1:]]
    return (
        rng.normal(size=(n, widths[0])).astype("float32"),
        rng.integers(widths[-1], size=n),
        weights,
        biases,
    )


def wide(x, weights, biases):
    return x.astype("float64"), [W.astype("float64") for W in weights], [b.astype("float64") for b in biases]


def compare(candidate, rng, widths, which):
    x, y, weights, biases = problem(rng, widths)
    X, Ws, bs = wide(x, weights, biases)
    # the way back is judged on the right way there
    zs, activations = ([v.astype("float32") for v in values] for values in run(X, Ws, bs))
    got = candidate.backward(y, weights, zs, activations)
    inputs = {"x": x, "y": y, "weights": weights, "biases": biases}

    def f():
        return cost(X, y, Ws, bs)

    if which == 2:
        close(got[2], slopes(f, X), inputs=inputs, rtol=1e-3, atol=1e-5, message="∂C/∂X")
        return
    expected = [slopes(f, parameter) for parameter in (Ws, bs)[which]]
    name = "Wb"[which]
    close(got[which], expected, inputs=inputs, rtol=1e-3, atol=1e-5, message=f"the list of ∂C/∂{name}^[l]")


@part("the forward pass", points=2, hint="the last layer has no tanh")
def there(candidate, rng):
    for widths in ([3, 4, 2], [2, 3, 3, 3]):
        x, _, weights, biases = problem(rng, widths)
        expected = run(*wide(x, weights, biases))
        inputs = {"x": x, "weights": weights, "biases": biases}
        close(candidate.forward(x, weights, biases), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part("one layer: as in unit 2", points=1, hint="D = (Ŷ − Y)/n, ∂C/∂W = Dᵀ X")
def one_layer(candidate, rng):
    compare(candidate, rng, [3, 4], 0)


@part("the weights of deep networks", points=2, hint="D^[l−1] = (D^[l] W^[l]) ⊙ tanh'(Z^[l−1])")
def weights(candidate, rng):
    compare(candidate, rng, [3, 4, 2], 0)
    compare(candidate, rng, [3, 3, 3, 3], 0)


@part("the biases", points=1, hint="add the rows of D^[l]")
def biases(candidate, rng):
    compare(candidate, rng, [3, 4, 3, 2], 1)


@part("the inputs", points=2, hint="∂C/∂X = D^[1] W^[1]: A^[0] has no activation in front of it")
def inputs(candidate, rng):
    compare(candidate, rng, [3, 4, 2], 2)
    compare(candidate, rng, [2, 2], 2)
