"""A dense layer in 8-bit integers: products of integers, added up in 32 bits (§5.7)."""

from typing import NamedTuple

import keras
from keras import ops

from course.validation import floats
from units.u05_convolution.required_shape import require_shape
from units.u06_tricks_of_the_trade.quantization import quantize, quantize_affine


class Int8Dense(NamedTuple):
    """What is stored of a dense layer: Q (inputs, units) in int8; Δ (1, units) and the bias in floats; activation."""

    kernel: object
    delta: object
    bias: object
    activation: object

    @classmethod
    def of(cls, layer, per_channel=True, bits=8):
        """Quantize a built ``keras.layers.Dense``.

        Args:
            layer: a dense layer with a bias.
            per_channel: whether each unit gets a Δ of its own.
            bits: of the weights.

        Raises:
            ValueError: the layer has no bias, or no weights yet.
        """
        if not layer.built:
            raise ValueError(
                f"{layer.name!r} has no weights yet: begin the network with keras.Input, or call it once."
            )
        if layer.bias is None:
            raise ValueError(f"Int8Dense takes dense layers with a bias, but {layer.name!r} has none.")
        kernel, delta = quantize(layer.kernel, 0 if per_channel else None, bits)
        return cls(kernel, delta, ops.convert_to_tensor(layer.bias), layer.activation)


def int8_dense(x, layer, affine=False):
    """The forward pass of a dense layer in integers.

    x_i ≈ Δ_i (Q_i − o_i) for each sample i,   W_j ≈ Δ_j Q_j for each unit j

    z_ij = Δ_i Δ_j [ ∑_k Q_ik Q_kj − o_i ∑_k Q_kj ] + b_j

    Everything in the brackets is exact: products of two int8 numbers are at most 2^14, and their sum fits into int32
    for up to 2^16 inputs, also with o_i. int8 itself, which ends at 127, would overflow at once. The last sum does not
    depend on x; symmetric inputs have o_i = 0 and do not need it.

    Args:
        x: floats, shape (batch, inputs). The Δ_i are computed from x at every call, as Keras does.
        layer: an ``Int8Dense``.
        affine: whether x is quantized by ``quantize_affine``, or by ``quantize``.

    Returns:
        S(z), shape (batch, units).

    Raises:
        ValueError: x has another shape.
    """
    x = floats(x)
    require_shape("x", x, "batch", layer.kernel.shape[0])
    if affine:
        q, delta, zero = quantize_affine(x, axis=-1)
    else:
        (q, delta), zero = quantize(x, axis=-1), 0
    weights = ops.cast(layer.kernel, "int32")
    # ∑_k Q_ik Q_kj − o_i ∑_k Q_kj, in int32
    total = ops.matmul(ops.cast(q, "int32"), weights)
    total = total - zero * ops.sum(weights, axis=0, keepdims=True)
    # z_ij = Δ_i Δ_j [ … ] + b_j
    z = delta * layer.delta * ops.cast(total, delta.dtype) + layer.bias
    return layer.activation(z)


def int8_network(network, per_channel=True, affine=False, bits=8):
    """A network of dense layers, each computed in integers.

    Args:
        network: a built ``keras.Sequential`` of ``keras.layers.Dense``.
        per_channel, bits: of the weights, as in ``Int8Dense.of``.
        affine: of the inputs of each layer, as in ``int8_dense``.

    Returns:
        A function of x, shape (batch, inputs), and the list of its ``Int8Dense``.

    Raises:
        ValueError: another layer than ``Dense`` is in the network, or one without a bias or without weights; from the
            function, if x has another shape.
    """
    for layer in network.layers:
        if not isinstance(layer, keras.layers.Dense):
            raise ValueError(
                f"int8_network takes layers of the class Dense, but {layer.name!r} is another one."
            )
    stored = [Int8Dense.of(layer, per_channel, bits) for layer in network.layers]

    def call(x):
        for layer in stored:
            x = int8_dense(x, layer, affine)
        return x

    return call, stored
