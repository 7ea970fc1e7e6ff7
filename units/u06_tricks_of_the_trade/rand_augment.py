"""RandAugment: a few random operations for each image, all with the same magnitude (§5.7)."""

import math

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_share
from units.u05_convolution.random_affine import affine
from units.u05_convolution.required_shape import require_shape

OPERATIONS = ("identity", "turn", "zoom", "shift_rows", "shift_columns", "brightness", "contrast", "solarize")


@keras.saving.register_keras_serializable("medl")
class RandAugment(keras.layers.Layer):
    """Draw ``number`` of ``OPERATIONS`` for each image, with a random sign and one strength: two numbers to tune.

    With the magnitude 1 images are turned by 30°, enlarged or reduced by the factor e^0.3 = 1.35, shifted by 30% of
    their size, 0.9 lighter or darker; the contrast is 1.9 or 0.1 times the old one; and every pixel is solarized,
    x → 1 − x. A smaller magnitude does less in proportion; solarizing changes the pixels above 1 − magnitude. Turns,
    zooms and shifts of an image are one affine map, which is computed once at the end.

    All images of a batch are computed with the same program: an operation that an image does not take has strength 0
    for it. As the first layer of a network it is a part of the compiled step; at inference it does nothing.

    Args:
        number: how many operations for each image, drawn with replacement.
        magnitude: in [0, 1).
        operations: the names of those to draw from.
        seed: of the draws; None takes one that depends on ``keras.utils.set_random_seed``.

    Shapes: images of floats in [0, 1], (batch, height, width, channels); the output too.

    Raises:
        ValueError: images of integers or of another shape, or settings out of their ranges.

    References: Cubuk, Zoph, Shlens, Le, "RandAugment" (2020).
    """

    def __init__(self, number=2, magnitude=0.3, operations=OPERATIONS, seed=None, **kwargs):
        super().__init__(**kwargs)
        unknown = set(operations) - set(OPERATIONS)
        if unknown or not operations:
            raise ValueError(
                f"operations must be some of {', '.join(OPERATIONS)}, and not {sorted(unknown)}."
            )
        if not isinstance(number, int) or number < 1:
            raise ValueError(f"number must be a whole number ≥ 1, not {number!r}.")
        self.number, self.magnitude = number, check_share("magnitude", magnitude)
        self.operations, self.seed = tuple(operations), seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        """The images, in training each with its own operations."""
        if not training:
            return images
        require_shape("images", images, "batch", "height", "width", "channels")
        if not keras.backend.is_float_dtype(images.dtype):
            raise ValueError(f"RandAugment takes floats in [0, 1], not {images.dtype}: divide levels by 255.")
        batch, height, width = ops.shape(images)[:3]
        draws = keras.random.uniform((batch, self.number, 2), dtype="float32", seed=self.generator)
        choice = ops.floor(draws[..., 0] * len(self.operations))
        strength = self.magnitude * ops.where(draws[..., 1] < 0.5, -1.0, 1.0)
        geometry = dict.fromkeys(("turn", "zoom", "shift_rows", "shift_columns"), 0.0)
        for r in range(self.number):
            for i, name in enumerate(self.operations):
                s = ops.where(choice[:, r] == i, strength[:, r], 0.0)
                if name in geometry:
                    geometry[name] = geometry[name] + s
                elif name != "identity":
                    images = getattr(self, f"_{name}")(images, ops.cast(s, images.dtype)[:, None, None, None])
        if not set(geometry) & set(self.operations):
            return images
        turn, zoom, rows, columns = (v + ops.zeros((batch,), "float32") for v in geometry.values())
        shift = ops.stack([0.3 * height * rows, 0.3 * width * columns], axis=1)
        return affine(images, math.pi / 6 * turn, ops.exp(0.3 * zoom), shift)

    @staticmethod
    def _brightness(images, s):
        return ops.clip(images + 0.9 * s, 0, 1)

    @staticmethod
    def _contrast(images, s):
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        return ops.clip(mean + (1 + 0.9 * s) * (images - mean), 0, 1)

    @staticmethod
    def _solarize(images, s):
        return ops.where(images > 1 - ops.abs(s), 1 - images, images)

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        own = {name: getattr(self, name) for name in ("number", "magnitude", "operations", "seed")}
        return {**super().get_config(), **own}
