"""Blur before a stride: what repairs the shift equivariance of pooling (☆).

A stride keeps every second position. What changes faster than that (more than one half-wave between two kept positions)
is not lost but appears as something else: aliasing. A blur removes it first, as a sampler of sound does.
"""

import keras
import numpy as np
from keras import ops

import course
from course.validation import floats
from units.u05_convolution.conv_layers import require_axes, require_channels_last
from units.u05_convolution.output_size import axes, one_for_each_axis
from units.u05_convolution.separable_convolution import depthwise


def binomial_filter(size):
    """The row of Pascal's triangle with so many entries, divided by its sum: (1, 2, 1) / 4 for 3.

    It is the convolution of size − 1 filters (½, ½). From size 2 on it removes the wave that alternates in sign.
    """
    w = np.ones(1)
    for _ in range(size - 1):
        w = np.convolve(w, [0.5, 0.5])
    return w


def circular(x, before, after):
    """Continue images on the other side, as on a torus: (batch, height, width, channels)."""
    x = ops.concatenate([x[:, x.shape[1] - before :], x, x[:, :after]], axis=1)
    return ops.concatenate([x[:, :, x.shape[2] - before :], x, x[:, :, :after]], axis=2)


@keras.saving.register_keras_serializable("medl")
class BlurPooling2D(keras.layers.Layer):
    """A binomial blur in each channel, then every s-th position. It has no weights to learn.

    Args:
        size: entries of the filter along each axis; 1 is a stride without a blur.
        strides: s.
        padding: ``"same"`` (zeros), or ``"circular"``, with which a shift on the torus loses nothing at the border.
        data_format: None or ``"channels_last"``; anything else raises a ``ValueError``.

    Shapes: input (batch, height, width, channels), output (batch, ⌈height / s⌉, ⌈width / s⌉, channels).

    Raises:
        ValueError: an argument has no meaning; with ``"circular"`` the filter is larger than the image.

    References: Zhang, "Making convolutional networks shift-invariant again" (2019).
    """

    rank = 2

    def __init__(self, size=3, strides=2, padding="same", data_format=None, **kwargs):
        super().__init__(**kwargs)
        require_channels_last(data_format)
        (self.size,) = one_for_each_axis(size, 1, "size")
        self.strides = one_for_each_axis(strides, 2, "strides")
        if padding not in ("same", "circular"):
            raise ValueError(f'The padding of BlurPooling2D is "same" or "circular", not {padding!r}.')
        self.padding = padding

    def build(self, input_shape):
        """Check the axes and the sizes of the input."""
        self.compute_output_shape(input_shape)

    def call(self, x):
        """Blur, then keep every s-th position."""
        x, padding = floats(x), self.padding
        if padding == "circular":
            before = (self.size - 1) // 2
            x, padding = circular(x, before, self.size - 1 - before), "valid"
        w = np.repeat(binomial_filter(self.size)[:, None, None, None], x.shape[-1], axis=2)
        w = ops.cast(ops.convert_to_tensor(w), x.dtype)
        # the filter is the product of a column and a row: k + k multiplications in place of k²
        x = depthwise(x, w, (self.strides[0], 1), padding)
        return depthwise(x, ops.swapaxes(w, 0, 1), (1, self.strides[1]), padding)

    def compute_output_shape(self, input_shape):
        """(batch, ⌈height / s⌉, ⌈width / s⌉, channels)."""
        require_axes(self, input_shape)
        if self.padding == "circular" and None in input_shape[1:3]:
            raise ValueError("Circular padding needs an image of known height and width.")
        if self.padding == "circular" and self.size > min(input_shape[1:3]):
            raise ValueError(
                f"A filter of size {self.size} is larger than the image {tuple(input_shape[1:3])}."
            )
        space = axes(input_shape[1:-1], 1, self.strides)
        return (input_shape[0], *(a.output for a in space), input_shape[-1])

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "size": self.size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": "channels_last",
        }


def shift_error(f, x, step, stride):
    """How far a map is from being shift equivariant: ‖f(x shifted) − f(x) shifted‖ / ‖f(x)‖, on a torus.

    The output is ``stride`` times smaller, so it has to move by step / stride positions. That may be a fraction: the
    output is moved by it as a sum of waves, each by its own phase, which is exact for a signal without aliasing.

    Args:
        f: a function of images (batch, height, width, channels) that returns images.
        x: the images.
        step: positions by which the columns are shifted to the right.
        stride: how many times smaller the output is.
    """
    both = course.compiled(lambda x: (f(x), f(ops.roll(x, step, axis=2))))(floats(x))
    z, moved = (ops.convert_to_numpy(v) for v in both)
    frequency = np.fft.fftfreq(z.shape[2])[None, None, :, None]
    # every wave of the output, delayed by step / stride
    waves = np.fft.fft(z, axis=2) * np.exp(-2j * np.pi * frequency * step / stride)
    expected = np.real(np.fft.ifft(waves, axis=2))
    return float(np.linalg.norm(moved - expected) / np.linalg.norm(z))
