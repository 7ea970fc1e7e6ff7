"""SN-GAN: a discriminator whose layers are spectrally normalized, with the hinge loss (§8.3)."""

import keras
from keras import ops

from course.training.weighting import unweighted
from units.u07_generative.adversarial_model import AdversarialModel


@keras.saving.register_keras_serializable("medl")
class SpectralGAN(AdversarialModel):
    """The hinge game: D has to separate real and generated samples by a margin, and no more.

    C_D = E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))),   C_G = −E D(G(z))

    The layers of D are ``SpectralDense``, which stretch by a factor of at most about 1, and ``SpectralConv2D``, whose
    factor is bounded too. So the slope of D is bounded everywhere, and not only on lines between samples as in WGAN-GP.
    A layer pays for it with two products of its kernel and a vector.

    Args: see ``AdversarialModel``. The layers of D are spectrally normalized.

    References: Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial networks" (2018).
    """

    def train_step(self, data):
        """One update of D, one of G."""
        x, _ = unweighted(data)
        z = self.noise(ops.shape(x)[0])

        def discriminator_cost():
            real = self.discriminator(x, training=True)
            fake = self.discriminator(ops.stop_gradient(self.generator(z, training=True)), training=True)
            return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))  # C_D

        def generator_cost():
            # C_G; D is not trained here, so its power iterations rest
            return -ops.mean(self.discriminator(self.generator(z, training=True), training=False))

        discriminator_value = self.minimize_discriminator(discriminator_cost)
        generator_value = self.minimize_generator(generator_cost)
        return self.report(x, discriminator_value, generator_value)
