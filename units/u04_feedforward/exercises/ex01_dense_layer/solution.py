"""A network of dense layers, and how Keras stores its weights."""

# BEGIN SOLUTION
import itertools

# END SOLUTION
from keras import ops


def affine(A, W, b):
    """The affine part of a layer, for a whole mini-batch.

    z_i = W a_i + b for every sample i;   Z = A Wᵀ + 1 bᵀ

    Args:
        A: one sample in each row, shape (batch, features).
        W: weights, shape (units, features).
        b: biases, shape (units,).

    Returns:
        Z, shape (batch, units).
    """
    return ops.matmul(A, ops.transpose(W)) + b


def forward(x, weights, biases):
    """All activations of a network: tanh in the hidden layers, none on the last layer.

    A^[0] = X,   A^[l] = tanh(A^[l−1] W^[l]ᵀ + 1 b^[l]ᵀ) for l < L,   A^[L] = A^[L−1] W^[L]ᵀ + 1 b^[L]ᵀ

    Args:
        x: X, shape (batch, features).
        weights: the list W^[1], …, W^[L], each of shape (units, features of the layer).
        biases: the list b^[1], …, b^[L].

    Returns:
        The list A^[0], …, A^[L], of length L + 1.
    """
    activations = [x]
    for l, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
        Z = affine(activations[-1], W, b)
        activations.append(ops.tanh(Z) if l < len(weights) else Z)
    return activations


def keras_weights(weights, biases):
    """The same parameters as a model of ``keras.layers.Dense`` layers takes them.

    Args:
        weights: the list W^[1], …, W^[L].
        biases: the list b^[1], …, b^[L].

    Returns:
        One flat list, as ``model.get_weights()`` returns it: kernel and bias of the first layer, of the second, …
    """
    flat = []
    for W, b in zip(weights, biases, strict=True):
        flat += [ops.transpose(W), b]
    return flat


def count_parameters(widths):
    """The number of parameters of a fully connected network.

    Args:
        widths: the list N_0, N_1, …, N_L of the number of features, of the units of each layer.

    Returns:
        An int.
    """
    return sum(units * features + units for features, units in itertools.pairwise(widths))
