"""A hierarchical VAE: a short code for the whole, and given that, a code for the details (§8.1)."""

import math

import keras
from keras import layers, ops

from units.u07_generative.gaussian_densities import divergence, log_density
from units.u07_generative.variational_autoencoder import ELBOModel


@keras.saving.register_keras_serializable("medl")
class HierarchicalVAE(ELBOModel):
    """A VAE with two latent vectors, of which the second one has a learned prior.

    p(x, z_1, z_2) = p(z_2) p(z_1 given z_2) p(x given z_1, z_2)

    q(z_1, z_2 given x) = q(z_2 given x) q(z_1 given x, z_2)

    ELBO = E_q log p(x given z_1, z_2) − KL(q(z_2 given x) ‖ p(z_2)) − E_q KL(q(z_1 given x, z_2) ‖ p(z_1 given z_2))

    All factors are Gaussian with a diagonal covariance; p(z_2) is N(0, I). The encoder of z_1 works from the top down,
    as the decoder does: it says how far μ and log σ of its prior have to be moved, so a correction of 0 costs nothing.

    Args:
        image_shape: (height, width, channels); pixels are in [−1, 1].
        latents: lengths of z_1 and z_2.
        width: of the hidden layers.
        weight: λ, of both divergences.
        seed: of the noise in training.

    Example:
        >>> model = HierarchicalVAE((8, 8, 1), latents=(8, 4), width=16)
        >>> model.compile(optimizer="adam")
        >>> x = 2 * course.data.load("digits").images("train")[:64] - 1
        >>> history = model.fit(x, epochs=2, verbose=0)

    References: §8.1; Sønderby et al., "Ladder variational autoencoders" (2016); Vahdat and Kautz, "NVAE: a deep
    hierarchical variational autoencoder" (2020), for the corrections.
    """

    def __init__(self, image_shape, latents=(8, 4), width=64, weight=1.0, seed=None, **kwargs):
        super().__init__(weight, seed, **kwargs)
        self.image_shape, self.latents, self.width = tuple(image_shape), tuple(latents), width
        details, whole = self.latents
        self.bottom = keras.Sequential([layers.Flatten(), hidden(width)])  # x → features h_1
        self.top = keras.Sequential([hidden(width), layers.Dense(2 * whole)])  # h_1 → q(z_2 given x)
        self.below_top = hidden(width)  # z_2 → features that p(z_1 given z_2), its correction and x̂ share
        self.prior = layers.Dense(2 * details)  # p(z_1 given z_2)
        self.correction = keras.Sequential([hidden(width), layers.Dense(2 * details)])  # by h_1 and z_2
        pixels = layers.Dense(math.prod(self.image_shape), "tanh")
        self.decoder = keras.Sequential([hidden(width), pixels, layers.Reshape(self.image_shape)])

    def call(self, x, training=False):
        """The reconstruction of x, with the mean of every factor in place of a draw."""
        h = self.bottom(x)
        features, (mean, _) = self.prior_of(halves(self.top(h))[0])
        change, _ = halves(self.correction(ops.concatenate([h, features], axis=-1)))
        return self.image(mean + change, features)

    def prior_of(self, z_2):
        """The features of z_2, and μ and log σ of p(z_1 given z_2)."""
        features = self.below_top(z_2)
        return features, halves(self.prior(features))

    def image(self, z_1, features):
        """x̂(z_1, z_2)."""
        return self.decoder(ops.concatenate([z_1, features], axis=-1))

    def terms(self, x, training=False):
        """One draw of log p(x given z_1, z_2), and the sum of both divergences, both (batch,)."""
        fit, *divergences = self.levels(x)
        return fit, sum(divergences)

    def levels(self, x):
        """One draw of log p(x given z_1, z_2), the divergence of z_1 and that of z_2, each (batch,)."""
        h = self.bottom(x)
        mean_2, log_deviation_2 = halves(self.top(h))
        z_2 = mean_2 + ops.exp(log_deviation_2) * self.noise(mean_2)
        features, prior = self.prior_of(z_2)
        # q(z_1 given x, z_2): μ and log σ of the prior, each with its correction
        corrections = halves(self.correction(ops.concatenate([h, features], axis=-1)))
        mean_1, log_deviation_1 = (p + change for p, change in zip(prior, corrections, strict=True))
        z_1 = mean_1 + ops.exp(log_deviation_1) * self.noise(mean_1)
        fit = log_density(x, self.image(z_1, features), self.log_deviation)
        return fit, divergence(mean_1, log_deviation_1, *prior), divergence(mean_2, log_deviation_2)

    def generate(self, noise_1, z_2):
        """Images from the top down: z_1 = μ(z_2) + σ(z_2) ε, then x̂(z_1, z_2)."""
        features, (mean, log_deviation) = self.prior_of(z_2)
        return self.image(mean + ops.exp(log_deviation) * noise_1, features)

    def draw(self, size, rng):
        """x̂(z_1, z_2) with z_2 from N(0, I) and z_1 from its prior given z_2."""
        return self.at_once(self.generate, *(rng.normal(size=(size, latent)) for latent in self.latents))

    def get_config(self):
        """The arguments of ``__init__``."""
        names = ("image_shape", "latents", "width", "weight", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def hidden(width):
    """One hidden layer."""
    return layers.Dense(width, "silu")


def halves(x):
    """μ and log σ: the two halves of the last axis."""
    first, second = ops.split(x, 2, axis=-1)
    return first, second
