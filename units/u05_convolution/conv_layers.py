"""Convolutional layers made of ``im2col``: the arguments and the weights of Keras's (§6.3)."""

import keras

from units.u05_convolution.im2col import conv
from units.u05_convolution.output_size import axes, one_for_each_axis


class ConvolutionLayer(keras.layers.Layer):
    """What the convolutional layers of this unit share: arguments, checks, bias, activation, config.

    The axes are (batch, height, width, channels), **channels last**, whatever ``keras.config.image_data_format()``
    says. ``data_format="channels_first"`` raises a ``ValueError``: a layer never takes one axis for another.

    Args:
        filters: number of output channels.
        kernel_size: k, a number or one for each axis.
        strides: s.
        padding: ``"valid"`` or ``"same"``; for signals also ``"causal"``.
        dilation_rate: d. Unlike Keras's layer it may be above 1 together with the stride.
        activation: a name that Keras knows, a function, or None.
        use_bias: whether b is added.
        kernel_initializer, bias_initializer: names or Keras initializers.
        kernel_regularizer: a name, a Keras regularizer, or None.
        data_format: None or ``"channels_last"``.

    Raises:
        ValueError: an argument has no meaning, or the input does not fit.
    """

    rank = 2
    paddings = ("valid", "same")

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        require_channels_last(data_format)
        (self.filters,) = one_for_each_axis(filters, 1, "filters")
        self.kernel_size = one_for_each_axis(kernel_size, self.rank, "kernel_size")
        self.strides = one_for_each_axis(strides, self.rank, "strides")
        self.dilation_rate = one_for_each_axis(dilation_rate, self.rank, "dilation_rate")
        if padding not in self.paddings:
            raise ValueError(
                f"The padding of {type(self).__name__} is one of {self.paddings}, not {padding!r}."
            )
        self.padding, self.use_bias = padding, use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(self, input_shape):
        """Create the kernel and the bias for the channels of the input."""
        require_axes(self, input_shape)
        self.compute_output_shape(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=self.kernel_shape(input_shape[-1]),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )
        self.bias = None
        if self.use_bias:
            shape = (self.output_channels(input_shape[-1]),)
            self.bias = self.add_weight(name="bias", shape=shape, initializer=self.bias_initializer)

    def call(self, x):
        """S(z)."""
        z = self.convolve(x)
        # z_f + b_f
        return self.activation(z if self.bias is None else z + self.bias)

    def output_channels(self, channels):
        """The number of channels of the output for that of the input."""
        return self.filters

    def compute_output_shape(self, input_shape):
        """(batch, height, width, filters)."""
        space = axes(input_shape[1:-1], self.kernel_size, self.strides, self.padding, self.dilation_rate)
        return (input_shape[0], *(a.output for a in space), self.output_channels(input_shape[-1]))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "data_format": "channels_last",
        }


@keras.saving.register_keras_serializable("medl")
class Conv2D(ConvolutionLayer):
    """A convolutional layer for images, equal to ``keras.layers.Conv2D`` with the same weights.

    z_{i j f} = b_f + ∑_{u v c} W_{u v c f} x_{s i + d u − p, s j + d v − p, c},   a = S(z)

    Args:
        groups: g. Filters see the channels of their own group only; channels and filters are divisible by g.
        others: see ``ConvolutionLayer``.

    Shapes: input (batch, height, width, channels), kernel (height, width, channels / g, filters), output
    (batch, height, width, filters).

    Example:
    >>> layer = Conv2D(8, 3, strides=2, padding="same")
    >>> tuple(layer(ops.ones((1, 28, 28, 3))).shape), tuple(layer.kernel.shape)
    ((1, 14, 14, 8), (3, 3, 3, 8))
    """

    def __init__(self, filters, kernel_size, groups=1, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        (self.groups,) = one_for_each_axis(groups, 1, "groups")
        if self.filters % self.groups:
            raise ValueError(f"{self.filters} filters cannot be divided into {self.groups} groups.")

    def kernel_shape(self, channels):
        """(height, width, channels / g, filters)."""
        if channels % self.groups:
            raise ValueError(f"{channels} input channels cannot be divided into {self.groups} groups.")
        return (*self.kernel_size, channels // self.groups, self.filters)

    def convolve(self, x):
        """z without the bias."""
        return conv(x, self.kernel, None, self.strides, self.padding, self.dilation_rate)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "groups": self.groups}


@keras.saving.register_keras_serializable("medl")
class Conv1D(Conv2D):
    """The same for signals (batch, size, channels), equal to ``keras.layers.Conv1D``, with ``"causal"`` too."""

    rank = 1
    paddings = ("valid", "same", "causal")


def require_channels_last(data_format=None):
    """Raise a ``ValueError`` if somebody asks for another order of the axes."""
    if data_format not in (None, "channels_last"):
        raise ValueError(
            f"This layer takes inputs (batch, height, width, channels), and not data_format={data_format!r}: "
            "put the channels last, for example with keras.layers.Permute."
        )


def require_axes(layer, input_shape):
    """Raise a ``ValueError`` if an input does not have the axes of a layer, or an unknown number of channels."""
    if len(input_shape) != layer.rank + 2 or input_shape[-1] is None:
        wanted = "(batch, size, channels)" if layer.rank == 1 else "(batch, height, width, channels)"
        raise ValueError(
            f"{type(layer).__name__} needs inputs {wanted} with a known number of channels, got {tuple(input_shape)}."
        )
