"""How large a network is: parameters, multiplications for one image, and layers on the longest path (§6)."""

import math

import keras
from keras import tree

from course.training.rules.shapes_only import shapes_only

WEIGHTED = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)


def size_of(build, *args, **kwargs):
    """Parameters, multiplications and depth of ``build(*args, **kwargs)``, without memory for its weights.

    Returns:
        A tuple ``(parameters, multiplications, depth)``.

    Example:
    >>> size_of(lenet5)
    (61706, 416520, 5)
    """
    with shapes_only():
        network = build(*args, **kwargs)
        return network.count_params(), multiplications(network), depth(network)


def multiplications(network):
    """Multiplications of all convolutions, dense layers and attention for one image.

    convolution: height · width of its output times the numbers in its kernel, which are
    k · k · channels / groups · filters;   dense: inputs · outputs at every position

    Normalizations, activations and pooling need few and are not counted. Some papers call this number the "FLOPs" of a
    network (one multiplication and one addition together), others twice this number.

    Args:
        network: a functional or sequential model whose layers are used once and whose input has a fixed size.

    Returns:
        An integer.
    """
    return sum(_multiplications(layer) for layer in network.layers)


def depth(network):
    """The largest number of convolutions and dense layers on a path from the input to the output.

    This is the number in the names VGG16, ResNet-50 and DenseNet-121. Attention counts as two layers: its projections
    of the inputs, which are side by side, and that of the output.
    """
    if isinstance(network, keras.Sequential):
        network = keras.Model(network.inputs, network.outputs)
    longest = {id(t): 0 for t in network.inputs}
    for operation in network.operations:  # each after those that it needs
        if isinstance(operation, keras.layers.InputLayer):
            continue
        here = max(longest[id(t)] for t in tree.flatten(operation.input)) + _weighted_layers(operation)
        longest.update((id(t), here) for t in tree.flatten(operation.output))
    return max(longest[id(t)] for t in network.outputs)


def _weighted_layers(operation):
    if isinstance(operation, keras.layers.MultiHeadAttention):
        return 2
    return int(isinstance(operation, WEIGHTED))


def _multiplications(layer):
    if isinstance(layer, keras.layers.MultiHeadAttention):
        return _of_attention(layer)
    if not isinstance(layer, WEIGHTED):
        return 0
    # positions of the output · numbers in the kernel
    positions = math.prod(layer.output.shape[1:-1])
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        positions = math.prod(layer.output.shape[1:3])
    return positions * math.prod(layer.kernel.shape)


def _of_attention(layer):
    """Queries, keys, values and output, then seq² products of length d for the scores and as many for the mean."""
    seq, d_model = tree.flatten(layer.input)[0].shape[1:]
    d = layer.num_heads * layer.key_dim
    return 4 * seq * d_model * d + 2 * seq**2 * d
