"""WGAN: a critic with clipped weights measures the Wasserstein distance up to a factor (§8.3)."""

import keras
from keras import ops

from course.training.weighting import unweighted
from units.u07_generative.adversarial_model import AdversarialModel


@keras.saving.register_keras_serializable("medl")
class WGAN(AdversarialModel):
    """Several updates of a critic with bounded weights, then one of the generator.

    C_D = E D(G(z)) − E D(x),   φ ← clip(φ, −δ, δ),   C_G = −E D(G(z))

    For the best D among all functions with |D(a) − D(b)| ≤ ‖a − b‖, −C_D is the Wasserstein distance of the data and
    the samples. Bounded weights give functions with some other bound in place of 1.

    Args:
        critic_steps: updates of the critic in a step. Each takes its own share of the mini-batch.
        delta: δ, the bound of the critic's weights.
        others: see ``AdversarialModel``; D returns any number. The default optimizers are RMSprop, as in the paper.

    References: Arjovsky, Chintala, Bottou, "Wasserstein generative adversarial networks" (2017).
    """

    settings = ("critic_steps", "delta")

    def __init__(self, generator, discriminator, latent_shape, critic_steps=5, delta=0.01, **kwargs):
        super().__init__(generator, discriminator, latent_shape, **kwargs)
        if critic_steps < 1 or delta <= 0:
            raise ValueError(
                f"A WGAN needs at least one step of the critic and a positive delta, not {critic_steps} and {delta}."
            )
        self.critic_steps, self.delta = critic_steps, delta

    def default_optimizer(self):
        """RMSprop: with the momentum of Adam the critic's training was unstable."""
        return keras.optimizers.RMSprop(5e-5)

    def train_step(self, data):
        """``critic_steps`` updates of D, one of G."""
        x, _ = unweighted(data)
        for i in range(self.critic_steps):
            real = self.share(x, i, self.critic_steps)
            z = self.noise(ops.shape(real)[0])

            def critic_cost(real=real, z=z):
                fake = ops.stop_gradient(self.generator(z, training=True))
                # C_D
                return ops.mean(self.discriminator(fake, training=True)) - ops.mean(
                    self.discriminator(real, training=True)
                )

            critic_value = self.minimize_discriminator(critic_cost)
            for variable in self.discriminator.trainable_variables:
                # φ ← clip(φ, −δ, δ)
                variable.assign(ops.clip(variable, -self.delta, self.delta))
        z = self.noise(ops.shape(x)[0])
        generator_value = self.minimize_generator(
            lambda: -ops.mean(self.discriminator(self.generator(z, training=True), training=True))  # C_G
        )
        return self.report(x, critic_value, generator_value)
