"""Pooling as layers without weights, equal to Keras's (§6.3)."""

import keras

from units.u05_convolution.conv_layers import require_axes, require_channels_last
from units.u05_convolution.output_size import axes, one_for_each_axis
from units.u05_convolution.pooling import average_pool, global_average_pool, global_max_pool, max_pool


class PoolingLayer(keras.layers.Layer):
    """Windows of every channel, channels last.

    Args:
        pool_size: a number, or one for each axis.
        strides: s; None for ``pool_size``.
        padding: ``"valid"`` or ``"same"``.
        data_format: None or ``"channels_last"``; anything else raises a ``ValueError``.

    Shapes: input and output (batch, height, width, channels).
    """

    rank = 2

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(**kwargs)
        require_channels_last(data_format)
        self.pool_size = one_for_each_axis(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size if strides is None else one_for_each_axis(strides, self.rank, "strides")
        if padding not in ("valid", "same"):
            raise ValueError(f'The padding of {type(self).__name__} is "valid" or "same", not {padding!r}.')
        self.padding = padding

    def build(self, input_shape):
        """Check the axes and the sizes of the input."""
        self.compute_output_shape(input_shape)

    def call(self, x):
        """One number for each window and channel."""
        return self.pool(x, self.pool_size, self.strides, self.padding)

    def compute_output_shape(self, input_shape):
        """(batch, height, width, channels)."""
        require_axes(self, input_shape)
        space = axes(input_shape[1:-1], self.pool_size, self.strides, self.padding)
        return (input_shape[0], *(a.output for a in space), input_shape[-1])

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": "channels_last",
        }


@keras.saving.register_keras_serializable("medl")
class MaxPooling2D(PoolingLayer):
    """The largest value of every window, equal to ``keras.layers.MaxPooling2D``."""

    pool = staticmethod(max_pool)


@keras.saving.register_keras_serializable("medl")
class AveragePooling2D(PoolingLayer):
    """The mean of every window without the padding, equal to ``keras.layers.AveragePooling2D``.

    On torch Keras 3.15.1 counts its own padding with ``padding="same"`` where the numbers of zeros on the two sides
    differ; this layer never does.
    """

    pool = staticmethod(average_pool)


class GlobalPoolingLayer(keras.layers.Layer):
    """One number for each channel: (batch, …, channels) → (batch, channels), channels last.

    Args:
        data_format: None or ``"channels_last"``; anything else raises a ``ValueError``.
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        require_channels_last(data_format)

    def call(self, x):
        """One number for each channel."""
        return self.pool(x)

    def compute_output_shape(self, input_shape):
        """(batch, channels)."""
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "data_format": "channels_last"}


@keras.saving.register_keras_serializable("medl")
class GlobalAveragePooling2D(GlobalPoolingLayer):
    """The mean over all positions, equal to ``keras.layers.GlobalAveragePooling2D``."""

    pool = staticmethod(global_average_pool)


@keras.saving.register_keras_serializable("medl")
class GlobalMaxPooling2D(GlobalPoolingLayer):
    """The largest value over all positions, equal to ``keras.layers.GlobalMaxPooling2D``."""

    pool = staticmethod(global_max_pool)
