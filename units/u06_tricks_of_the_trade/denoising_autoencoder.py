"""A denoising autoencoder: it sees a damaged input and has to return the undamaged one (§3.5)."""

import keras

from course.training.weighting import weighted_mean
from units.u02_logistic_softmax.autoencoder import squared_error
from units.u06_tricks_of_the_trade.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("medl")
class DenoisingAutoencoder(Autoencoder):
    """An autoencoder whose training damages the input, with new random numbers in every step.

    x̃ = x + noise,   C(θ) = (1/n) ∑_i ‖x_i − h(f(x̃_i))‖² / size

    To copy the input is no solution any more, even if the code is longer than the input: the network has to know what
    undamaged samples look like. In ``evaluate`` and ``predict`` nothing is damaged.

    Args:
        encoder, decoder: as in ``Autoencoder``.
        corruption: a layer that does something in training only, such as ``keras.layers.GaussianNoise(0.3)`` or, to
            remove entries, ``keras.layers.Dropout(0.3)``.

    References: Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising
    autoencoders" (2008).
    """

    def __init__(self, encoder, decoder, corruption, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        self.corruption = corruption

    def cost(self, x, sample_weight=None, training=False):
        """C(θ) on a batch: the distance to the undamaged input."""
        # x̃ = x + noise,   C(θ) = (1/n) ∑_i ‖x_i − h(f(x̃_i))‖² / size
        damaged = self.corruption(x, training=training)
        return weighted_mean(squared_error(x, self(damaged, training=training)), sample_weight)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "corruption": keras.saving.serialize_keras_object(self.corruption)}
