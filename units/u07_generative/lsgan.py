"""LSGAN: squared errors in place of logarithms, so that samples far from the boundary still move (§8.3)."""

import keras
from keras import ops

from course.training.weighting import unweighted
from units.u07_generative.adversarial_model import AdversarialModel


@keras.saving.register_keras_serializable("medl")
class LSGAN(AdversarialModel):
    """A discriminator that fits 1 for real and 0 for generated samples by least squares.

    C_D = ½ E (D(x) − 1)² + ½ E D(G(z))²,   C_G = ½ E (D(G(z)) − 1)²

    A generated sample on the right side of the boundary but far from the data has a large error, and so a gradient.

    Args: see ``AdversarialModel``; D returns any number.

    References: Mao et al., "Least squares generative adversarial networks" (2017).
    """

    def train_step(self, data):
        """One update of D, one of G."""
        x, _ = unweighted(data)
        z = self.noise(ops.shape(x)[0])

        def discriminator_cost():
            real = self.discriminator(x, training=True)
            fake = self.discriminator(ops.stop_gradient(self.generator(z, training=True)), training=True)
            return 0.5 * ops.mean((real - 1) ** 2) + 0.5 * ops.mean(fake**2)  # C_D

        def generator_cost():
            fake = self.discriminator(self.generator(z, training=True), training=True)
            return 0.5 * ops.mean((fake - 1) ** 2)  # C_G

        discriminator_value = self.minimize_discriminator(discriminator_cost)
        generator_value = self.minimize_generator(generator_cost)
        return self.report(x, discriminator_value, generator_value)
