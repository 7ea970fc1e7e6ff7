"""Small generators and discriminators for points, several of each side by side with weights of their own."""

import keras
from keras import layers, ops

from units.u07_generative.spectral_normalization import divided, power_iteration


@keras.saving.register_keras_serializable("medl")
class MemberDense(layers.Layer):
    """A dense layer for each member of a group: member m computes x_m W_m + b_m from its own inputs.

    A model of such layers trains all members in one step: its cost is the mean over the members, and no weight belongs
    to two of them. An update of Adam or RMSprop does not depend on the factor 1/members of the gradient.

    Args:
        members: how many.
        units: outputs of a member.
        spectral: whether each W_m is divided by its largest singular value.

    Shapes: (batch, members, features) → (batch, members, units).
    """

    def __init__(self, members, units, spectral=False, **kwargs):
        super().__init__(**kwargs)
        self.members, self.units, self.spectral = members, units, spectral

    def build(self, input_shape):
        """Make W, b and, if there is a spectral normalization, u of every member."""
        # He's variance 2 / features for each member: Keras counts the members among the inputs
        initializer = keras.initializers.VarianceScaling(
            2.0 * self.members, mode="fan_in", distribution="uniform"
        )
        self.W = self.add_weight(
            shape=(self.members, input_shape[-1], self.units), initializer=initializer, name="W"
        )
        self.b = self.add_weight(shape=(self.members, self.units), initializer="zeros", name="b")
        if self.spectral:
            self.u = self.add_weight(
                shape=(self.members, self.units),
                initializer=keras.initializers.RandomNormal(),
                trainable=False,
                name="u",
            )

    def call(self, x, training=False):
        """The outputs, shape (batch, members, units)."""
        W = ops.convert_to_tensor(self.W)
        if self.spectral:
            sigma, u = power_iteration(W, ops.convert_to_tensor(self.u))
            if training:
                self.u.assign(u)
            W = divided(W, sigma)
        return ops.swapaxes(ops.matmul(ops.swapaxes(x, 0, 1), W), 0, 1) + self.b

    def compute_output_shape(self, input_shape):
        """(batch, members, units)."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """The arguments of ``__init__``."""
        own = {name: getattr(self, name) for name in ("members", "units", "spectral")}
        return {**super().get_config(), **own}


def ring_generator(members, inputs, width=64):
    """G: (batch, members, inputs) → points (batch, members, 2), two hidden layers."""
    return _network(members, inputs, 2, width, slope=0.0)


def ring_discriminator(members, inputs=2, width=64, spectral=False, bound=1.0):
    """D: points (batch, members, inputs) → (batch, members, 1), two hidden layers.

    Args:
        spectral: whether the layers are spectrally normalized. The slope of D is then at most ``bound``.
        bound: the output is multiplied by it; a number, or a list of one for each member.
    """
    return _network(members, inputs, 1, width, slope=0.2, spectral=spectral, bound=bound)


def _network(members, inputs, outputs, width, slope, spectral=False, bound=1.0):
    scale = [[float(value)] for value in bound] if isinstance(bound, list | tuple) else bound
    return keras.Sequential(
        [
            keras.Input((members, inputs)),
            MemberDense(members, width, spectral),
            layers.LeakyReLU(negative_slope=slope),
            MemberDense(members, width, spectral),
            layers.LeakyReLU(negative_slope=slope),
            MemberDense(members, outputs, spectral),
            layers.Rescaling(scale),
        ]
    )
