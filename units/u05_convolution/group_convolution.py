"""Convolutions on the group p4: shifts and rotations by 90° (☆).

An ordinary convolution is equivariant to shifts: shift the image, and its output shifts. It is not equivariant to
rotations. A p4 convolution has an output for each of the four rotated kernels, and these four change places when the
image is rotated: nothing is learned four times.
"""

import keras
from keras import ops

import course
from course.validation import floats
from units.u05_convolution.conv_layers import require_channels_last
from units.u05_convolution.im2col import conv
from units.u05_convolution.output_size import one_for_each_axis
from units.u05_convolution.required_shape import require_shape


def rotate(x, times=1):
    """Images (batch, height, width, …) rotated by 90° counter-clockwise, several times."""
    return ops.rot90(ops.convert_to_tensor(x), times, axes=(1, 2))


def rotate_features(z, times=1):
    """What a rotation of the image does to features (batch, height, width, 4, channels).

    (R z)(position, q) = z(R⁻¹ position, q − 1): the positions rotate, and the four rotations move on by one.
    """
    return ops.roll(rotate(z, times), times, axis=3)


@course.fused(static=("padding",))
def lift(x, W, padding="same"):
    """From images to features on p4: the cross-correlation with the kernel in its four rotations.

    z_{·, q} = R^q W ⋆ x

    Args:
        x: shape (batch, height, width, channels).
        W: shape (size, size, channels, filters).
        padding: ``"same"``, for which the size must be odd, or ``"valid"``.

    Returns:
        Shape (batch, height, width, 4, filters).

    Raises:
        ValueError: x or W has another shape, or the size is even with padding ``"same"``.
    """
    x, W = floats(x), floats(W)
    require_shape("x", x, "batch", "height", "width", "channels")
    require_shape("W", W, "size", "size", x.shape[3], "filters")
    _require_square(W, padding)
    # R^q W for all q: four times as many filters of one convolution
    return _on_p4(x, [ops.rot90(W, q) for q in range(4)], padding)


@course.fused(static=("padding",))
def p4_convolve(z, W, padding="same"):
    """From features to features on p4: the kernel is rotated in space, and its four slices move on.

    (W ⋆ z)_{·, q} = ∑_{q′} (R^q W)_{·, q′ − q} ⋆ z_{·, q′}

    Args:
        z: shape (batch, height, width, 4, channels).
        W: shape (size, size, 4, channels, filters).
        padding: as in ``lift``.

    Returns:
        Shape (batch, height, width, 4, filters).

    Raises:
        ValueError: z or W has another shape, or the size is even with padding ``"same"``.
    """
    z, W = floats(z), floats(W)
    require_shape("z", z, "batch", "height", "width", 4, "channels")
    require_shape("W", W, "size", "size", 4, z.shape[4], "filters")
    _require_square(W, padding)
    flat = ops.reshape(z, (*ops.shape(z)[:3], 4 * z.shape[4]))  # the rotations as channels
    # (R^q W)_{q′ − q} for all q
    turned = [ops.roll(ops.rot90(W, q), q, axis=2) for q in range(4)]
    shape = (*W.shape[:2], 4 * W.shape[3], W.shape[4])
    return _on_p4(flat, [ops.reshape(kernel, shape) for kernel in turned], padding)


def _require_square(W, padding):
    """Another kernel than a square one has another shape when it is rotated by 90°."""
    height, width = W.shape[:2]
    if height != width:
        raise ValueError(f"A kernel that is rotated by 90° is square, not {height} × {width}.")
    if padding == "same" and height % 2 == 0:
        raise ValueError(
            f'A kernel of size {height} has no middle: with padding="same" take an odd size, or take "valid".'
        )


def _on_p4(x, kernels, padding):
    """One convolution with the kernels of the four rotations: (batch, height, width, 4, filters)."""
    z = conv(x, ops.concatenate(kernels, axis=-1), None, 1, padding)
    return ops.reshape(z, (*ops.shape(z)[:3], 4, z.shape[-1] // 4))


def rotation_error(f, x, of_features):
    """max over the three rotations of ‖f(R x) − R f(x)‖ / ‖f(x)‖: 0 for a map that is equivariant to rotations.

    Args:
        f: a function of images that computes each image by itself: the four rotations are one batch.
        x: square images, shape (batch, height, width, channels).
        of_features: R on the output: ``rotate_features``, or ``rotate`` for an ordinary convolution.
    """

    def norms(x):
        z, *turned = ops.split(f(ops.concatenate([rotate(x, t) for t in range(4)])), 4)
        gaps = [f_of_turned - of_features(z, t) for t, f_of_turned in enumerate(turned, start=1)]
        return [ops.sqrt(ops.sum(ops.square(v))) for v in (z, *gaps)]

    z, *gaps = (float(v) for v in course.compiled(norms)(floats(x)))
    return max(gaps) / z


class P4Layer(keras.layers.Layer):
    """What the two layers on p4 share. The bias is the same for the four rotations, as it must be.

    Args:
        filters: number of output channels for each rotation.
        kernel_size: one odd number; the kernels are square.
        activation: a name that Keras knows, a function, or None.
        kernel_initializer: a name or a Keras initializer.
        data_format: None or ``"channels_last"``; anything else raises a ``ValueError``.
    """

    def __init__(
        self,
        filters,
        kernel_size=3,
        activation=None,
        kernel_initializer="he_normal",
        data_format=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        require_channels_last(data_format)
        (self.filters,) = one_for_each_axis(filters, 1, "filters")
        (self.kernel_size,) = one_for_each_axis(kernel_size, 1, "kernel_size")
        if self.kernel_size % 2 == 0:
            raise ValueError(f"A kernel that is rotated about its middle has an odd size, not {kernel_size}.")
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Create one kernel for all rotations, and the bias."""
        if (
            len(input_shape) != self.axes
            or input_shape[-1] is None
            or (self.axes == 5 and input_shape[3] != 4)
        ):
            raise ValueError(f"{type(self).__name__} needs inputs {self.wanted}, got {tuple(input_shape)}.")
        size = self.kernel_size
        self.kernel = self.add_weight(
            name="kernel",
            shape=(size, size, *input_shape[3:], self.filters),
            initializer=self.kernel_initializer,
        )
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def call(self, x):
        """S(W ⋆ x + b)."""
        return self.activation(self.convolve(x, self.kernel) + self.bias)

    def compute_output_shape(self, input_shape):
        """(batch, height, width, 4, filters)."""
        return (*input_shape[:3], 4, self.filters)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "data_format": "channels_last",
        }


@keras.saving.register_keras_serializable("medl")
class P4Lifting(P4Layer):
    """The first layer: (batch, height, width, channels) → (batch, height, width, 4, filters). See ``P4Layer``.

    References: Cohen, Welling, "Group equivariant convolutional networks" (2016).
    """

    axes, wanted = 4, "(batch, height, width, channels)"
    convolve = staticmethod(lift)


@keras.saving.register_keras_serializable("medl")
class P4Conv(P4Layer):
    """A later layer: (batch, height, width, 4, channels) → (batch, height, width, 4, filters). See ``P4Layer``."""

    axes, wanted = 5, "(batch, height, width, 4, channels)"
    convolve = staticmethod(p4_convolve)
