"""The variational autoencoder: a decoder that draws samples, trained with a lower bound of the likelihood (§8.1)."""

import math

import keras
from keras import layers, ops

import course
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import unweighted
from units.u06_tricks_of_the_trade.autoencoder import convolutional_coder
from units.u07_generative.gaussian_densities import divergence, log_density
from units.u07_generative.generative_model import GenerativeModel


class ELBOModel(GenerativeModel):
    """The training step of a model with latent variables, whatever its networks are.

    C = −(1/n) ∑_i ELBO(x_i),   ELBO(x) = E_q log p(x given z) − λ KL(q(z given x) ‖ p(z)) ≤ log p(x) for λ ≥ 1

    A subclass defines ``terms(x, training)``, which returns the two parts of the ELBO for every sample.

    Args:
        weight: λ; 1 is the bound of the likelihood.
        seed: of the noise in training; None takes one that depends on ``keras.utils.set_random_seed``.
    """

    def __init__(self, weight=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not weight >= 0:
            raise ValueError(f"The weight of the Kullback–Leibler term must not be negative, not {weight!r}.")
        self.weight, self.seed = weight, seed
        self.generator = keras.random.SeedGenerator(seed)
        # log σ of p(x given z) = N(x̂(z), σ² I): learned, so nobody has to choose how much a squared error weighs
        self.log_deviation = self.add_weight(shape=(), initializer="zeros", name="log_deviation")
        self.means = {name: keras.metrics.Mean(name=name) for name in ("loss", "fit", "divergence")}

    def noise(self, like):
        """ε ~ N(0, I) of the shape of a tensor."""
        return keras.random.normal(ops.shape(like), seed=self.generator)

    def train_step(self, data):
        """Learn from one mini-batch of samples."""
        x, _ = unweighted(data)

        def cost():
            fit, kl = self.terms(x, training=True)
            return -ops.mean(fit - self.weight * kl), (fit, kl)

        (value, (fit, kl)), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(x, value, fit, kl)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, _ = unweighted(data)
        fit, kl = self.terms(x, training=False)
        return self.report(x, -ops.mean(fit - self.weight * kl), fit, kl)

    def report(self, x, cost, fit, kl):
        """Add a batch to the means: the cost, E_q log p(x given z) as ``fit``, and the divergence."""
        values = {"loss": cost, "fit": ops.mean(fit), "divergence": ops.mean(kl)}
        for name, mean in self.means.items():
            mean.update_state(values[name], sample_weight=ops.shape(x)[0])
        return {name: mean.result() for name, mean in self.means.items()}


@keras.saving.register_keras_serializable("medl")
class VAE(SavedParts, ELBOModel):
    """A variational autoencoder with Gaussian encoder and decoder.

    p(z) = N(0, I),   p(x given z) = N(x̂(z), σ² I),   q(z given x) = N(μ(x), diag σ(x)²)

    The encoder's samples are z = μ(x) + σ(x) ε with ε ~ N(0, I). The noise does not depend on the parameters, so the
    gradient passes through z (the reparametrization trick).

    Args:
        encoder: a model from x to 2 · latent numbers: μ(x), then log σ(x).
        decoder: a model from z to x̂.
        weight: λ.
        seed: of the noise in training.

    Shapes: x is (batch, ...), z is (batch, latent). ``fit`` takes samples alone.

    Example:
        >>> model = VAE(*image_coders((8, 8, 1), filters=(4, 8), latent=8))
        >>> model.compile(optimizer="adam")
        >>> x = 2 * course.data.load("digits").images("train")[:64] - 1
        >>> history = model.fit(x, epochs=2, verbose=0)
        >>> model.sample(16, seed=1).shape
        (16, 8, 8, 1)

    References: §8.1; Kingma and Welling, "Auto-encoding variational Bayes" (2014); Rybkin, Daniilidis and Levine,
    "Simple and effective VAE training with calibrated decoders" (2021), for the learned σ.
    """

    parts, settings = ("encoder", "decoder"), ("weight", "seed")

    def __init__(self, encoder, decoder, weight=1.0, seed=None, **kwargs):
        super().__init__(weight, seed, **kwargs)
        self.encoder, self.decoder = encoder, decoder

    def encode(self, x, training=False):
        """μ(x) and log σ(x), both (batch, latent)."""
        mean, log_deviation = ops.split(self.encoder(x, training=training), 2, axis=-1)
        return mean, log_deviation

    def decode(self, z, training=False):
        """x̂(z)."""
        return self.decoder(z, training=training)

    def call(self, x, training=False):
        """The reconstruction x̂(μ(x)), without noise."""
        return self.decode(self.encode(x, training)[0], training)

    def terms(self, x, training=False):
        """One draw of log p(x given z), and KL(q(z given x) ‖ p(z)), both (batch,)."""
        mean, log_deviation = self.encode(x, training)
        # z = μ + σ ε
        z = mean + ops.exp(log_deviation) * self.noise(mean)
        return log_density(x, self.decode(z, training), self.log_deviation), divergence(mean, log_deviation)

    def draw(self, size, rng):
        """x̂(z) with z ~ N(0, I): the means of p(x given z), without its noise."""
        latent = self.decoder.input_shape[-1]
        return self.at_once(self.decode, rng.normal(size=(size, latent)))


def image_coders(image_shape, filters, latent, activation="silu"):
    """A convolutional encoder and decoder of a VAE for images in [−1, 1].

    Args:
        image_shape: (height, width, channels).
        filters: of the convolutions with stride 2.
        latent: length of z.
        activation: of the hidden layers.

    Returns:
        Two models: from images to 2 · latent numbers, and from z to images.
    """
    encoder, _ = convolutional_coder(image_shape, filters, 2 * latent, activation)
    _, decoder = convolutional_coder(image_shape, filters, latent, activation)
    # the decoder of unit 6 ends with a sigmoid: [0, 1] becomes [−1, 1]
    return encoder, keras.Sequential([keras.Input((latent,)), decoder, layers.Rescaling(2, -1)])


def dense_coders(image_shape, width, latent, activation="silu"):
    """An encoder and a decoder of a VAE with one hidden layer each, for images of few pixels in [−1, 1].

    Args:
        image_shape: (height, width, channels).
        width: of both hidden layers.
        latent: length of z.
        activation: of the hidden layers.

    Returns:
        Two models: from images to 2 · latent numbers, and from z to images.
    """
    code = [layers.Flatten(), layers.Dense(width, activation), layers.Dense(2 * latent)]
    pixels = layers.Dense(math.prod(image_shape), "tanh")
    return (
        keras.Sequential([keras.Input(image_shape), *code]),
        keras.Sequential(
            [keras.Input((latent,)), layers.Dense(width, activation), pixels, layers.Reshape(image_shape)]
        ),
    )
