"""Mixed precision: what float16 cannot hold, why the loss is scaled, and how many bytes a training needs (§4.2)."""

import math
import re

import keras
import numpy as np
from keras import ops

from units.u03_optimization.hyperparameters import check_positive

SMALLEST_FLOAT16 = 2.0**-24  # the smallest positive number, 6·10⁻⁸; what is at most half of it rounds to 0
LARGEST_FLOAT16 = 65504.0


def underflow_share(gradients, scale=1.0):
    """The share of the numbers other than 0 that become 0 when scale · g is stored as float16.

    Args:
        gradients: arrays or tensors of any shapes.
        scale: > 0, the factor of the loss and so of its gradients.
    """
    g = _flat(gradients)
    g = g[g != 0]
    with np.errstate(over="ignore"):
        scaled = (g * check_positive("scale", scale)).astype("float16")
    return float(np.mean(scaled == 0)) if g.size else 0.0


def largest_scale(gradients):
    """The largest power of 2 by which the loss can be multiplied before a gradient overflows in float16."""
    largest = np.abs(_flat(gradients)).max()
    if largest == 0:
        raise ValueError("All gradients are 0: every scale is small enough.")
    if not np.isfinite(largest):
        raise ValueError("A gradient is NaN or infinite: compute the gradients without a scale, in float32.")
    return 2.0 ** math.floor(math.log2(LARGEST_FLOAT16 / largest))


def bytes_of(variables):
    """How many bytes variables take: weights, gradients, or the state of an optimizer."""
    return sum(math.prod(v.shape) * _size(v.dtype) for v in variables)


def activation_bytes(network, batch):
    """How many bytes the outputs of all layers take, which the backward pass needs.

    Args:
        network: a functional ``keras.Model``; every layer's output is counted in the dtype in which it computes.
        batch: number of samples.
    """
    outputs = [(layer, tensor) for layer in network.layers for tensor in keras.tree.flatten(layer.output)]
    return sum(batch * math.prod(t.shape[1:]) * _size(layer.compute_dtype) for layer, t in outputs)


def _flat(arrays):
    return np.concatenate([np.ravel(ops.convert_to_numpy(a)).astype("float64") for a in arrays])


def _size(dtype):
    # the first number: 8 of float8_e4m3fn; bool has none
    bits = re.search(r"\d+", keras.backend.standardize_dtype(dtype))
    return int(bits[0]) // 8 if bits else 1
