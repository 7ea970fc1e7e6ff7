"""Local response normalization: what AlexNet and GoogLeNet used before batch normalization (§6)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("medl")
class LocalResponseNormalization(keras.layers.Layer):
    """Divide every value by the size of its neighbours in the channels at the same position.

    ã_c = a_c / (offset + scale ∑_{c'} a_{c'}²)^power,   over the channels c' with |c' − c| ≤ neighbours // 2

    It has no parameters.

    Args:
        neighbours: an odd number of channels.
        offset, scale, power: by default AlexNet's.

    Shapes: input and output (batch, height, width, channels).

    References: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks" (2012).
    """

    def __init__(self, neighbours=5, offset=2.0, scale=1e-4, power=0.75, **kwargs):
        super().__init__(**kwargs)
        if neighbours < 1 or neighbours % 2 == 0:
            raise ValueError(f"neighbours must be an odd number of channels, not {neighbours!r}.")
        self.neighbours, self.offset, self.scale, self.power = neighbours, offset, scale, power

    def call(self, a):
        """ã."""
        a = ops.convert_to_tensor(
            a, self.compute_dtype
        )  # the squares of whole numbers, such as uint8, may not fit
        reach, channels = self.neighbours // 2, a.shape[-1]
        squares = ops.pad(ops.square(a), [(0, 0)] * (len(a.shape) - 1) + [(reach, reach)])
        # ∑_{c'} a_{c'}²
        near = sum(squares[..., i : i + channels] for i in range(self.neighbours))
        # ã_c = a_c / (offset + scale ∑_{c'} a_{c'}²)^power
        return a / ops.power(self.offset + self.scale * near, self.power)

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        own = {name: getattr(self, name) for name in ("neighbours", "offset", "scale", "power")}
        return {**super().get_config(), **own}
