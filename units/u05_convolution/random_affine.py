"""Augmentation: every image turned, scaled and shifted a little, anew in every step (§6)."""

import math

import keras
from keras import ops

import course
from course.validation import floats
from units.u05_convolution.required_shape import require_shape


@course.fused
def affine(images, angle, scale, shift):
    """Turn, scale and shift images about their centre; what comes from outside is 0.

    Position p of the output takes its value from q of the input, by bilinear interpolation of four pixels:

    q = R(angle) (p − centre) / scale + centre − shift,   R = [[cos, sin], [−sin, cos]] on (row, column)

    Args:
        images: shape (batch, height, width, channels).
        angle: counterclockwise, in radians, shape (batch,).
        scale: above 1 enlarges, shape (batch,).
        shift: (rows, columns) in pixels, shape (batch, 2).

    Returns:
        Shape (batch, height, width, channels).

    Raises:
        ValueError: an array has another shape.
    """
    images = floats(images)
    require_shape("images", images, "batch", "height", "width", "channels")
    # positions need more bits than images: above 256 bfloat16 has no odd numbers any more
    dtype = keras.backend.result_type(images.dtype, "float32")
    angle, scale, shift = (ops.cast(v, dtype) for v in (angle, scale, shift))
    batch, height, width, channels = ops.shape(images)
    position = ops.arange(height * width)
    centre = (height - 1) / 2, (width - 1) / 2
    row = ops.cast(position // width, dtype) - centre[0]
    column = ops.cast(position % width, dtype) - centre[1]
    cosine, sine = ops.cos(angle)[:, None] / scale[:, None], ops.sin(angle)[:, None] / scale[:, None]
    # q = R(angle) (p − centre) / scale + centre − shift; all q outside are equal, on a border of zeros
    row, column = (
        ops.clip(cosine * row + sine * column + centre[0] - shift[:, :1], -1, height),
        ops.clip(-sine * row + cosine * column + centre[1] - shift[:, 1:], -1, width),
    )
    top, left = ops.floor(row), ops.floor(column)
    down, right = (ops.cast(v, images.dtype)[..., None] for v in (row - top, column - left))
    bordered = ops.pad(images, ((0, 0), (1, 2), (1, 2), (0, 0)))
    pixels = ops.reshape(bordered, (batch, (height + 3) * (width + 3), channels))
    corner = ops.cast((top + 1) * (width + 3) + left + 1, "int32")[..., None]

    def pixel(below, beside):
        return ops.take_along_axis(pixels, corner + (below * (width + 3) + beside), axis=1)

    upper = (1 - right) * pixel(0, 0) + right * pixel(0, 1)
    lower = (1 - right) * pixel(1, 0) + right * pixel(1, 1)
    return ops.reshape((1 - down) * upper + down * lower, (batch, height, width, channels))


@keras.saving.register_keras_serializable("medl")
class RandomAffine(keras.layers.Layer):
    """A layer that draws an angle, a scale and a shift for every image of a batch; at inference it does nothing.

    As the first layer of a network it is a part of the compiled training step.

    Args:
        degrees: the angle is uniform in [−degrees, degrees].
        zoom: the scale is uniform in [1 − zoom, 1 + zoom].
        pixels: both shifts are uniform in [−pixels, pixels]; without rotation and zoom they are rounded, so that
            nothing is interpolated.
        flip: whether an image is mirrored left to right with probability ½.
        seed: of the draws; None takes one that depends on ``keras.utils.set_random_seed``.

    Shapes: input and output (batch, height, width, channels).
    """

    def __init__(self, degrees=0.0, zoom=0.0, pixels=0.0, flip=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= zoom < 1:
            raise ValueError(f"zoom is in [0, 1), not {zoom!r}: the scale 1 − zoom must be positive.")
        self.degrees, self.zoom, self.pixels, self.flip, self.seed = degrees, zoom, pixels, flip, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        """The images, in training each with its own map."""
        if not training:
            return images
        batch = ops.shape(images)[0]
        draws = keras.random.uniform((batch, 5), -1, 1, dtype="float32", seed=self.generator)
        if self.flip:
            mirrored = ops.flip(images, axis=2)
            images = ops.where(draws[:, 4, None, None, None] > 0, images, mirrored)
        angle = self.degrees * math.pi / 180 * draws[:, 0]
        shift = self.pixels * draws[:, 2:4]
        if not (self.degrees or self.zoom):
            shift = ops.round(shift)
        return affine(images, angle, 1 + self.zoom * draws[:, 1], shift)

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        own = {name: getattr(self, name) for name in ("degrees", "zoom", "pixels", "flip", "seed")}
        return {**super().get_config(), **own}
