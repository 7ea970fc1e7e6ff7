"""Transposed convolution: the gradient of a convolution, used as a layer that enlarges (§6.6).

A convolution is z = T x. Its gradient is Tᵀ D, and the layer that computes Tᵀ x is the transposed convolution. It is
not the inverse: it has the inverse's shapes, not its values.
"""

import math

import keras
from keras import ops

import course
from course.validation import floats
from units.u05_convolution.conv_layers import ConvolutionLayer, require_axes
from units.u05_convolution.convolution import require_same_axes
from units.u05_convolution.im2col import cut, overlap_add
from units.u05_convolution.output_size import one_for_each_axis, transposed_output_size
from units.u05_convolution.required_shape import require_shape


@course.fused(static=("strides", "padding", "dilation_rate", "output_padding"))
def conv_transpose(x, W, b=None, strides=1, padding="valid", dilation_rate=1, output_padding=None):
    """Every input position puts a copy of the kernel, times its value, into the output; copies overlap and add up.

    z_{j f} = b_f + ∑ W_{u f c} x_{i c} over all i, u, c with s i + d u − p = j

    Args:
        x: shape (batch, height, width, channels), or (batch, size, channels).
        W: shape (height, width, filters, channels): as the kernel of the convolution whose gradient this is, so input
            and output channels stand in the other order than in ``conv``.
        b: shape (filters,), or None.
        strides, padding, dilation_rate, output_padding: see ``transposed_output_size``.

    Returns:
        Shape (batch, height, width, filters).

    Raises:
        ValueError: x, W and b do not fit together, or as in ``transposed_output_size``.
    """
    x, W = floats(x), floats(W)
    require_same_axes(x, W)
    filters, channels = W.shape[-2:]
    require_shape("W", W, *W.shape[:-2], "filters", x.shape[-1])
    rank = len(x.shape) - 2
    strides = one_for_each_axis(strides, rank, "strides")
    dilation_rate = one_for_each_axis(dilation_rate, rank, "dilation_rate")
    # the copies W_{u f c} x_{i c}, summed over c
    columns = ops.matmul(x, ops.transpose(ops.reshape(W, (-1, channels))))
    columns = ops.reshape(columns, (*ops.shape(x)[:-1], math.prod(W.shape[:-2]), filters))
    z = overlap_add(columns, W.shape[:-2], strides, dilation_rate)
    for axis, (output, before) in enumerate(
        _sizes(x.shape, W.shape[:-2], strides, padding, dilation_rate, output_padding), start=1
    ):
        z = cut(z, axis, before, output)
    if b is None:
        return z
    b = floats(b)
    require_shape("b", b, filters)
    return ops.add(z, b)


def _sizes(shape, kernel_size, strides, padding, dilation_rate, output_padding):
    """For every spatial axis the output size and the position at which it begins."""
    rank = len(kernel_size)
    extra = (
        (output_padding,) * rank
        if output_padding is None or isinstance(output_padding, int)
        else output_padding
    )
    if len(extra) != rank:
        raise ValueError(f"output_padding needs a number for each of {rank} axes, got {output_padding!r}.")
    if None in shape[1:-1]:
        raise ValueError(
            f"A transposed convolution needs an input of known height and width, got {tuple(shape)}."
        )
    return [
        transposed_output_size(n, k, s, padding, d, e)
        for n, k, s, d, e in zip(shape[1:-1], kernel_size, strides, dilation_rate, extra, strict=True)
    ]


@keras.saving.register_keras_serializable("medl")
class Conv2DTranspose(ConvolutionLayer):
    """A transposed convolution for images, equal to ``keras.layers.Conv2DTranspose`` with the same weights.

    Args:
        output_padding: None, or a number less than the stride (one for each axis). A convolution with a stride makes
            the input's size of several sizes, and this number chooses one of them.
        others: see ``ConvolutionLayer``.

    Shapes: input (batch, height, width, channels), kernel (height, width, filters, channels), output
    (batch, height · s, width · s, filters) for padding ``"same"``.

    Example:
    >>> tuple(Conv2DTranspose(4, 3, strides=2, padding="same")(ops.ones((1, 7, 7, 8))).shape)
    (1, 14, 14, 4)
    """

    def __init__(self, filters, kernel_size, output_padding=None, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        if isinstance(output_padding, int):
            output_padding = (output_padding,) * self.rank
        self.output_padding = None if output_padding is None else tuple(output_padding)

    def kernel_shape(self, channels):
        """(height, width, filters, channels)."""
        return (*self.kernel_size, self.filters, channels)

    def convolve(self, x):
        """z without the bias."""
        return conv_transpose(
            x, self.kernel, None, self.strides, self.padding, self.dilation_rate, self.output_padding
        )

    def compute_output_shape(self, input_shape):
        """(batch, height, width, filters)."""
        require_axes(self, input_shape)
        sizes = _sizes(
            input_shape, self.kernel_size, self.strides, self.padding, self.dilation_rate, self.output_padding
        )
        return (input_shape[0], *(output for output, _ in sizes), self.filters)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "output_padding": self.output_padding}


@keras.saving.register_keras_serializable("medl")
class Conv1DTranspose(Conv2DTranspose):
    """The same for signals, equal to ``keras.layers.Conv1DTranspose``."""

    rank = 1
