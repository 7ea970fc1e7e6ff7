"""WGAN-GP: the critic's slope is held at 1 by a penalty, a gradient inside of a gradient (§8.3)."""

import keras
from keras import ops

import course
from course.training.weighting import unweighted
from units.u07_generative.adversarial_model import AdversarialModel


@keras.saving.register_keras_serializable("medl")
class WGANGP(AdversarialModel):
    """A Wasserstein GAN whose critic is kept smooth by a penalty on its gradient.

    C_D = E D(G(z)) − E D(x) + κ E (‖∇D(x̂)‖ − 1)²,   x̂ = a x + (1 − a) G(z),   a from U(0, 1)
    C_G = −E D(G(z))

    The best critic has the slope 1 almost everywhere on the lines along which the cheapest transport moves samples to
    data. These lines are not known, so the slope is asked to be 1 between random pairs.
    Batch normalization has no place in D: ∇D(x̂) is the gradient of one sample's value in that sample.

    Args:
        critic_steps: updates of the critic in a step. Each takes its own share of the mini-batch.
        kappa: κ.
        others: see ``AdversarialModel``; D returns any number. The default optimizers are Adam without momentum.

    References: Gulrajani et al., "Improved training of Wasserstein GANs" (2017).
    """

    settings = ("critic_steps", "kappa")

    def __init__(self, generator, discriminator, latent_shape, critic_steps=5, kappa=10.0, **kwargs):
        super().__init__(generator, discriminator, latent_shape, **kwargs)
        if critic_steps < 1 or kappa < 0:
            raise ValueError(
                f"A WGAN-GP needs at least one step of the critic and kappa ≥ 0, not {critic_steps} and {kappa}."
            )
        self.critic_steps, self.kappa = critic_steps, kappa

    def default_optimizer(self):
        """Adam without momentum, as in the paper."""
        return keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9)

    def slopes(self, x):
        """‖∇D(x)‖ of each sample: the norm over the axes that the critic sums up."""
        gradient = course.grad(lambda x: ops.sum(self.discriminator(x, training=True)))(x)
        axes = tuple(range(len(self.discriminator.output_shape) - 1, len(x.shape)))
        return ops.sqrt(ops.sum(gradient**2, axis=axes) + 1e-12)

    def penalty(self, real, fake):
        """E (‖∇D(x̂)‖ − 1)² at random places between real and generated samples."""
        shape = (ops.shape(real)[0], *[1] * (len(real.shape) - 1))
        a = keras.random.uniform(shape, seed=self.noise_seed)
        # x̂ = a x + (1 − a) G(z)
        return ops.mean((self.slopes(a * real + (1 - a) * fake) - 1) ** 2)

    def train_step(self, data):
        """``critic_steps`` updates of D, one of G."""
        x, _ = unweighted(data)
        for i in range(self.critic_steps):
            real = self.share(x, i, self.critic_steps)
            z = self.noise(ops.shape(real)[0])

            def critic_cost(real=real, z=z):
                fake = ops.stop_gradient(self.generator(z, training=True))
                distance = ops.mean(self.discriminator(real, training=True)) - ops.mean(
                    self.discriminator(fake, training=True)
                )
                return -distance + self.kappa * self.penalty(real, fake)  # C_D

            critic_value = self.minimize_discriminator(critic_cost)
        z = self.noise(ops.shape(x)[0])
        generator_value = self.minimize_generator(
            lambda: -ops.mean(self.discriminator(self.generator(z, training=True), training=True))  # C_G
        )
        return self.report(x, critic_value, generator_value)
