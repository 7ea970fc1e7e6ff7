"""What all adversarial models of this unit share: two networks, two optimizers, and samples G(z) (§8.3)."""

import keras
from keras import ops

import course
from course.training.rules.saved_parts import SavedParts
from units.u07_generative.generative_model import GenerativeModel


class AdversarialModel(SavedParts, GenerativeModel):
    """A generator G and a discriminator D (or critic) that are trained against each other.

    A subclass writes ``train_step``: the cost of each network and the order of the updates. Everything else is here.

    Args:
        generator: G, a Keras model from z to samples.
        discriminator: D, a Keras model from samples to one number, the logit of "real" or the value of a critic.
        latent_shape: the shape of z for one sample; an integer n stands for (n,).
        generator_optimizer, discriminator_optimizer: Keras optimizers; None takes those of the class.
        seed: of the noise in training; None takes one that depends on ``keras.utils.set_random_seed``.

    Shapes: z is (batch, *latent_shape), samples are what G returns; ``fit`` takes samples like those. ``compile`` needs
    no arguments.
    """

    parts = ("generator", "discriminator", "generator_optimizer", "discriminator_optimizer")

    def __init__(
        self,
        generator,
        discriminator,
        latent_shape,
        generator_optimizer=None,
        discriminator_optimizer=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.latent_shape = (latent_shape,) if isinstance(latent_shape, int) else tuple(latent_shape)
        self.generator_optimizer = generator_optimizer or self.default_optimizer()
        self.discriminator_optimizer = discriminator_optimizer or self.default_optimizer()
        self.seed = seed
        self.noise_seed = keras.random.SeedGenerator(seed)
        self.discriminator_mean = keras.metrics.Mean(name="discriminator_loss")
        self.generator_mean = keras.metrics.Mean(name="generator_loss")

    def default_optimizer(self):
        """Adam with little momentum, as Radford et al. (2016) train their networks."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5)

    def call(self, z, training=None):
        """The samples G(z)."""
        return self.generator(z, training=training)

    def noise(self, size):
        """Draw z from N(0, I), shape (size, *latent_shape)."""
        return keras.random.normal((size, *self.latent_shape), seed=self.noise_seed)

    def share(self, x, i, number):
        """Part i of a mini-batch that is divided among ``number`` updates of D.

        A last mini-batch may have fewer samples than there are updates; then some updates have the same sample, for no
        part may be empty.
        """
        return x[i % ops.shape(x)[0] :: number]

    def minimize(self, cost, network, optimizer):
        """One update of the weights of one network; the other one stays as it is.

        Args:
            cost: a function without arguments.
            network, optimizer: G and its optimizer, or D and its optimizer.

        Returns:
            The cost before the update.
        """
        value, gradients = course.value_and_grad(cost, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return value

    def minimize_discriminator(self, cost):
        """One update of D."""
        return self.minimize(cost, self.discriminator, self.discriminator_optimizer)

    def minimize_generator(self, cost):
        """One update of G."""
        return self.minimize(cost, self.generator, self.generator_optimizer)

    def report(self, x, discriminator_cost, generator_cost):
        """Add the costs of a batch to their means and return these."""
        size = ops.shape(x)[0]
        self.discriminator_mean.update_state(discriminator_cost, sample_weight=size)
        self.generator_mean.update_state(generator_cost, sample_weight=size)
        return {mean.name: mean.result() for mean in (self.discriminator_mean, self.generator_mean)}

    def draw(self, size, rng):
        """Samples G(z) with z from the generator of random numbers ``rng``."""
        z = rng.normal(size=(size, *self.latent_shape)).astype("float32")
        return self.predict(z, batch_size=min(size, 500), verbose=0)

    def get_config(self):
        """The arguments of ``__init__``; a subclass names its own in ``settings``."""
        return {**super().get_config(), "latent_shape": self.latent_shape, "seed": self.seed}
