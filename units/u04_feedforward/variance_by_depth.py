"""The size of the signals by layer, in the forward and in the backward pass (§5.5)."""

from typing import NamedTuple

import numpy as np
from keras import ops


class Signals(NamedTuple):
    """Root mean squares by layer, NumPy arrays of length L: of z^[l], of a^[l] and of δ^[l] = ∂C/∂z^[l]."""

    z: np.ndarray
    a: np.ndarray
    delta: np.ndarray


def variance_by_depth(x, kernels, activation, derivative, delta):
    """The forward and backward pass of a batch through a network without biases.

    a^[0] = x,   z^[l] = W^[l] a^[l−1],   a^[l] = S(z^[l])
    δ^[l] = S'(z^[l]) ∘ W^[l+1]ᵀ δ^[l+1]

    Args:
        x: inputs, (batch, features).
        kernels: W^[1]ᵀ, …, W^[L]ᵀ, each (n_in, n_out), as initializers draw them.
        activation: S.
        derivative: S'.
        delta: δ^[L] = ∂C/∂z^[L], (batch, n_out of the last layer).

    Returns:
        ``Signals``.

    Raises:
        ValueError: there are no kernels, or ``delta`` has not the shape of z^[L].
    """
    if not kernels:
        raise ValueError("There has to be at least one layer.")
    zs, activations = [], [ops.convert_to_tensor(x)]
    for kernel in kernels:
        # z^[l] = W^[l] a^[l−1],   a^[l] = S(z^[l])
        zs.append(ops.matmul(activations[-1], kernel))
        activations.append(activation(zs[-1]))
    delta = ops.convert_to_tensor(delta)
    if tuple(delta.shape) != tuple(zs[-1].shape):
        raise ValueError(f"delta has shape {tuple(delta.shape)}, the last layer {tuple(zs[-1].shape)}.")
    deltas = [delta]
    for z, kernel in zip(zs[-2::-1], kernels[:0:-1], strict=True):
        # δ^[l] = S'(z^[l]) ∘ W^[l+1]ᵀ δ^[l+1]
        deltas.append(derivative(z) * ops.matmul(deltas[-1], ops.transpose(kernel)))
    return Signals(_sizes(zs), _sizes(activations[1:]), _sizes(deltas[::-1]))


def factor_by_layer(sizes):
    """The factor of the mean square from layer to layer: the geometric mean over all layers.

    (v_L / v_1)^{1/(L−1)} with v_l the square of ``sizes[l]``

    Args:
        sizes: root mean squares by layer, all positive.

    Raises:
        ValueError: less than two layers, or a size that is not positive.
    """
    if len(sizes) < 2:
        raise ValueError("A factor from layer to layer needs two layers.")
    sizes = np.asarray(sizes, "float64")
    if not np.all((sizes > 0) & (sizes < np.inf)):
        raise ValueError("A factor from layer to layer needs sizes that are positive and finite.")
    # (v_L / v_1)^{1/(L−1)}, v the square of the sizes
    return float((sizes[-1] / sizes[0]) ** (2 / (len(sizes) - 1)))


def _sizes(tensors):
    return np.array(
        [np.sqrt(np.mean(np.square(ops.convert_to_numpy(t).astype("float64")))) for t in tensors], "float64"
    )
