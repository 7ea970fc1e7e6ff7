"""The effective receptive field: how much an output depends on each input that it sees (☆).

The theoretical field of L layers grows like L. But an input in its middle reaches the output on many paths, and one in
its corner on a single path: the influence is nearly a Gaussian, and its width grows only like √L.
"""

import math

import numpy as np
from keras import ops

import course


def expected_deviation(depth, kernel):
    """The standard deviation of the influence along one axis, for L layers of independent random weights of mean 0.

    The expected square of the gradient spreads evenly over the k positions of each kernel. L such steps are a walk:
    variances add up, and one step has the variance (k² − 1) / 12.

    σ = √(L (k² − 1) / 12)
    """
    # σ = √(L (k² − 1) / 12)
    return math.sqrt(depth * (kernel**2 - 1) / 12)


def influence(f, x):
    """(∂ f / ∂ x)² at each position, averaged over batch and channels: (height, width), with sum 1.

    Args:
        f: a function of images (batch, height, width, channels) that returns one number, such as the sum over the batch
            of one output.
        x: the images.
    """
    slope = ops.convert_to_numpy(course.compiled(course.grad(f))(ops.convert_to_tensor(x)))
    squares = np.square(slope.astype("float64")).sum(axis=(0, 3))
    return squares / squares.sum()


def deviation(field):
    """The standard deviation along one axis of an influence (height, width), the mean of both axes."""
    variances = []
    for axis in (0, 1):
        share = field.sum(axis=1 - axis)
        at = np.arange(len(share))
        variances.append(np.sum(share * at**2) - np.sum(share * at) ** 2)
    return math.sqrt(np.mean(variances))


def convolutional_stack(x, kernels, activation=None):
    """Convolutions with padding ``"same"``, one after the other, with an activation between them.

    Args:
        x: shape (batch, height, width, channels).
        kernels: a list, each of shape (height, width, channels, filters).
        activation: a function, or None.
    """
    for number, W in enumerate(kernels):
        x = ops.conv(x, W, padding="same")
        if activation is not None and number < len(kernels) - 1:
            x = activation(x)
    return x
