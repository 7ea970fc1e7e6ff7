"""``BatchNormalization(synchronized=True)`` on several torch processes, which Keras refuses on torch."""

import contextlib

import torch
from keras.src.backend.torch import nn as keras_nn

from course.context import set_attribute
from course.distribution import torch_peers as peers


@contextlib.contextmanager
def synchronized():
    """Inside the block Keras's moments are those of all processes."""
    with set_attribute(keras_nn, "moments", _moments(keras_nn.moments)):
        yield


def _moments(original):
    def moments(x, axes, keepdims=False, synchronized=False):
        if not synchronized:
            return original(x, axes, keepdims)
        axes, kind = tuple(axes), x.dtype
        x = x.float() if kind in (torch.float16, torch.bfloat16) else x
        # μ = ∑ w_r μ_r, then σ² = ∑ w_r mean((x − μ)²): in two passes, for precision.
        over_all = (lambda t: t) if x.device.type == "meta" else (lambda t: peers.mean([t])[0])
        mean = over_all(torch.mean(x, dim=axes, keepdim=True))
        variance = over_all(torch.mean(torch.square(x - mean), dim=axes, keepdim=True))
        if not keepdims:
            mean, variance = torch.squeeze(mean, axes), torch.squeeze(variance, axes)
        return mean.to(kind), variance.to(kind)

    return moments
