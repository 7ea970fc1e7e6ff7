"""Check of ex03_cross_entropy: the loss in float64, and its central differences as the gradients."""

import numpy as np

from course.grading import close, part


def loss(y, z):
    z = np.asarray(z, "float64")
    top = z.max(axis=1)
    return np.mean(top + np.log(np.exp(z - top[:, None]).sum(axis=1)) - z[np.arange(len(y)), y])


def differences(f, theta, h=1e-6):
    theta = np.asarray(theta, "float64")
    result = np.zeros(theta.shape)
    for j in np.ndindex(theta.shape):
        e = np.zeros(theta.shape)
        e[j] = h
        result[j] = (f(theta + e) - f(theta - e)) / (2 * h)
    return result


def batch(rng, n, classes, scale=2.0):
    z = rng.normal(scale=scale, size=(n, classes)).astype("float32")
    return rng.integers(0, classes, size=n).astype("int32"), z


@part(
    "the loss is the mean of −log ŷ", points=1, hint="pick the logit of the true class with a one-hot matrix"
)
def values(candidate, rng):
    for n, classes in ((5, 3), (1, 2), (4, 10)):
        y, z = batch(rng, n, classes)
        close(candidate.cross_entropy(y, z), loss(y, z), inputs={"y": y, "z": z}, rtol=1e-4, atol=1e-5)


@part(
    "the loss is right for probabilities near 0 and 1",
    points=2,
    hint="−log ŷ = LSE(z) − z_y: no probability is needed",
)
def sure(candidate, rng):
    for z in ([[300.0, 0.0]], [[0.0, 300.0]], [[20.0, 0.0], [0.0, 20.0]], [[-500.0, -400.0, -450.0]]):
        z = (rng.uniform(1, 1.2) * np.array(z)).astype("float32")
        y = np.zeros(len(z), "int32")
        close(candidate.cross_entropy(y, z), loss(y, z), inputs={"y": y, "z": z}, rtol=1e-5, atol=1e-5)


@part(
    "the derivative with respect to the logits",
    points=2,
    hint="prediction minus label; and C is a mean over the batch",
)
def slopes(candidate, rng):
    for n, classes in ((4, 3), (1, 5)):
        y, z = batch(rng, n, classes)
        expected = differences(lambda t, y=y: loss(y, t), z)
        close(candidate.slope(y, z), expected, inputs={"y": y, "z": z}, rtol=1e-3, atol=1e-5)


@part(
    "the gradient with respect to the weights",
    points=1,
    hint="∂z_k/∂W_kj = x_j: the transpose of the slope times X",
)
def weights(candidate, rng):
    x, y, W, b = model(rng)
    expected = differences(lambda t: loss(y, x @ t.T + b), W)
    got = candidate.gradient(x, y, W, b)
    close(got[0], expected, inputs={"x": x, "y": y, "W": W, "b": b}, rtol=1e-3, atol=1e-5, message="∇_W C")


@part("the gradient with respect to the biases", points=1, hint="∂z_k/∂b_k = 1 for every sample of the batch")
def biases(candidate, rng):
    x, y, W, b = model(rng)
    expected = differences(lambda t: loss(y, x @ W.T + t), b)
    got = candidate.gradient(x, y, W, b)
    close(got[1], expected, inputs={"x": x, "y": y, "W": W, "b": b}, rtol=1e-3, atol=1e-5, message="∇_b C")


def model(rng, n=6, features=3, classes=4):
    x, W, b = (rng.normal(size=s).astype("float32") for s in ((n, features), (classes, features), (classes,)))
    return x, rng.integers(0, classes, size=n).astype("int32"), W, b
