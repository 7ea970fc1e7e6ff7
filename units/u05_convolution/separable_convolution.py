"""1×1, depthwise and separable convolutions, and what they cost (§6.3, §6.5)."""

from typing import NamedTuple

import keras
from keras import ops

import course
from course.validation import floats
from units.u05_convolution.conv_layers import ConvolutionLayer
from units.u05_convolution.convolution import require_same_axes
from units.u05_convolution.im2col import conv
from units.u05_convolution.output_size import one_for_each_axis
from units.u05_convolution.required_shape import require_shape


def pointwise(x, W):
    """A 1×1 convolution: the same fully connected layer at every position.

    z_{i j f} = ∑_c W_{c f} x_{i j c}

    Args:
        x: shape (batch, …, channels).
        W: shape (channels, filters).

    Raises:
        ValueError: W has another shape.
    """
    x, W = floats(x), floats(W)
    require_shape("W", W, x.shape[-1], "filters")
    # z_{i j f} = ∑_c W_{c f} x_{i j c}
    return ops.matmul(x, W)


@course.fused(static=("strides", "padding", "dilation_rate"))
def depthwise(x, W, strides=1, padding="valid", dilation_rate=1):
    """Every channel has kernels of its own and no other channel is seen: as many groups as channels.

    Args:
        x: shape (batch, height, width, channels), or (batch, size, channels).
        W: shape (height, width, channels, multiplier): ``multiplier`` outputs for each channel.
        strides, padding, dilation_rate: as in ``axes``. Both may be above 1, as in Keras's layer.

    Returns:
        Shape (batch, height, width, channels · multiplier); the outputs of a channel stand together.

    Raises:
        ValueError: x and W have another number of axes, or other channels.
    """
    x, W = floats(x), floats(W)
    require_same_axes(x, W)
    require_shape("W", W, *W.shape[:-2], x.shape[-1], "multiplier")
    one_group = ops.reshape(W, (*W.shape[:-2], 1, W.shape[-2] * W.shape[-1]))
    return conv(x, one_group, None, strides, padding, dilation_rate)


class Cost(NamedTuple):
    """Weights, and multiplications for one sample."""

    parameters: int
    multiplications: int


def conv_cost(height, width, kernel, channels, filters, groups=1):
    """A convolution with outputs of size height × width: k² c f / g weights, each used once at every position."""
    parameters = kernel * kernel * channels * filters // groups
    return Cost(parameters, parameters * height * width)


def separable_cost(height, width, kernel, channels, filters):
    """A depthwise and a 1×1 convolution: k² c + c f weights.

    Compared with ``conv_cost`` the share is 1/f + 1/k².
    """
    parameters = kernel * kernel * channels + channels * filters
    return Cost(parameters, parameters * height * width)


@keras.saving.register_keras_serializable("medl")
class DepthwiseConv2D(ConvolutionLayer):
    """One kernel (or several) for each channel, equal to ``keras.layers.DepthwiseConv2D``.

    Args:
        kernel_size: k.
        depth_multiplier: outputs for each channel.
        others: see ``ConvolutionLayer``.

    Shapes: input (batch, height, width, channels), kernel (height, width, channels, multiplier), output
    (batch, height, width, channels · multiplier).
    """

    def __init__(self, kernel_size, depth_multiplier=1, **kwargs):
        super().__init__(1, kernel_size, **kwargs)
        (self.depth_multiplier,) = one_for_each_axis(depth_multiplier, 1, "depth_multiplier")

    def kernel_shape(self, channels):
        """(height, width, channels, multiplier)."""
        return (*self.kernel_size, channels, self.depth_multiplier)

    def convolve(self, x):
        """z without the bias."""
        return depthwise(x, self.kernel, self.strides, self.padding, self.dilation_rate)

    def output_channels(self, channels):
        """Channels · multiplier."""
        return channels * self.depth_multiplier

    def get_config(self):
        """The arguments of ``__init__``."""
        config = super().get_config()
        del config["filters"]
        return {**config, "depth_multiplier": self.depth_multiplier}


@keras.saving.register_keras_serializable("medl")
class SeparableConv2D(ConvolutionLayer):
    """A depthwise convolution, then a 1×1 convolution that mixes the channels; equal to Keras's layer of this name.

    Args:
        filters: number of output channels.
        kernel_size: k of the depthwise part.
        depth_multiplier: outputs of the depthwise part for each channel.
        others: see ``ConvolutionLayer``.

    Shapes: input (batch, height, width, channels), output (batch, height, width, filters).
    """

    def __init__(self, filters, kernel_size, depth_multiplier=1, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        (self.depth_multiplier,) = one_for_each_axis(depth_multiplier, 1, "depth_multiplier")

    def kernel_shape(self, channels):
        """Of the depthwise part, (height, width, channels, multiplier)."""
        return (*self.kernel_size, channels, self.depth_multiplier)

    def build(self, input_shape):
        """Create the kernels of both parts and the bias."""
        super().build(input_shape)
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(input_shape[-1] * self.depth_multiplier, self.filters),
            initializer=self.kernel_initializer,
        )

    def convolve(self, x):
        """z without the bias."""
        z = depthwise(x, self.kernel, self.strides, self.padding, self.dilation_rate)
        return pointwise(z, self.pointwise_kernel)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "depth_multiplier": self.depth_multiplier}
