"""The VQ-VAE: an autoencoder whose code consists of whole numbers, and a distribution of these numbers (§8.1)."""

import keras
import numpy as np
from keras import layers, ops

import course
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import unweighted
from units.u07_generative.code_prior import CodePrior
from units.u07_generative.dense_networks import dense_network
from units.u07_generative.generative_model import GenerativeModel


@keras.saving.register_keras_serializable("medl")
class VQVAE(SavedParts, GenerativeModel):
    """An autoencoder that sends every place of a small grid through a codebook.

    C = mean (x − x̂)² + w mean (z − stop_gradient(e_k))²,   x̂ = decoder(e_k),   z = encoder(x)

    The first term trains encoder and decoder, by the straight-through gradient. The second one keeps z near its vector,
    so that the codebook can follow. The codebook itself is a moving average, one step of it in each training step.

    Samples need a second model: what is learned first says how an image is made from numbers, but not which numbers
    occur together. ``fit_prior`` trains a ``CodePrior`` on the numbers of the training images.

    Args:
        encoder: a model from images to (height', width', features).
        decoder: a model from (height', width', features) to images.
        quantizer: a ``VectorQuantizer``.
        commitment: w ≥ 0.

    Example::

        model = VQVAE(*grid_coders((8, 8, 1), filters=(32,), features=8), VectorQuantizer(32))
        model.compile(optimizer="adam")
        history = model.fit(images, epochs=10)
        model.fit_prior(images, epochs=20)
        new = model.sample(16, seed=1)

    References: van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning" (2017).
    """

    parts, settings = ("encoder", "decoder", "quantizer", "prior"), ("commitment",)

    def __init__(self, encoder, decoder, quantizer, commitment=0.25, prior=None, **kwargs):
        super().__init__(**kwargs)
        if not commitment >= 0:
            raise ValueError(f"commitment is the weight w ≥ 0 of a term of the cost, not {commitment!r}.")
        self.encoder, self.decoder, self.quantizer, self.commitment = encoder, decoder, quantizer, commitment
        self.prior = prior
        self.means = [keras.metrics.Mean(name=name) for name in ("loss", "error", "used")]

    def call(self, x, training=False):
        """The reconstruction x̂."""
        return self.decoder(self.quantizer(self.encoder(x, training=training)), training=training)

    def train_step(self, data):
        """Learn from one mini-batch of images: networks by the gradient, codebook by its moving average."""
        x, _ = unweighted(data)

        def cost():
            z = self.encoder(x, training=True)
            through = self.quantizer(z)  # the numbers of e_k, the gradient of z
            error = ops.mean(ops.square(x - self.decoder(through, training=True)))
            commitment = ops.mean(ops.square(z - ops.stop_gradient(through)))
            return error + self.commitment * commitment, (z, error)

        variables = (
            self.encoder.trainable_variables + self.decoder.trainable_variables
        )  # without those of the prior
        (value, (z, error)), gradients = course.value_and_grad(cost, variables, has_aux=True)
        self.optimizer.apply(gradients, variables)
        used = self.quantizer.update(z)
        for mean, number in zip(self.means, (value, error, used), strict=True):
            mean.update_state(number, sample_weight=ops.shape(x)[0])
        return {mean.name: mean.result() for mean in self.means}

    def numbers(self, x):
        """The code of images: whole numbers of the shape (batch, height', width')."""
        return self.at_once(self.nearest, x)

    def images(self, numbers):
        """The images of codes (batch, height', width')."""
        return self.at_once(self.decode, np.asarray(numbers, "int32"))

    def nearest(self, x):
        """The numbers of the vectors of the codebook that are nearest to the encoder's, as a tensor."""
        return self.quantizer.nearest(self.encoder(x))

    def decode(self, numbers):
        """The images of codes, as a tensor."""
        return self.decoder(self.quantizer.vectors(numbers))

    def fit_prior(self, x, epochs, width=64, learning_rate=3e-3, batch_size=128):
        """Learn which numbers occur together: train ``prior`` on the codes of images. Returns Keras's history."""
        codes = self.numbers(x).reshape(len(x), -1)
        self.prior = CodePrior(codes.shape[1], self.quantizer.size, width)
        self.prior.compile(keras.optimizers.Adam(learning_rate))
        return self.prior.fit(codes, batch_size=batch_size, epochs=epochs, verbose=0)

    def draw(self, size, rng):
        """Images of codes that the prior draws."""
        if self.prior is None:
            raise ValueError(
                "A VQ-VAE needs a distribution of its codes: call fit_prior(images, epochs) before sample."
            )
        return self.images(self.prior.draw(size, rng).reshape(size, *self.encoder.output_shape[1:3]))


def grid_coders(image_shape, filters, features, activation="silu"):
    """Convolutional encoder and decoder of a VQ-VAE: a code of several places for images in [−1, 1].

    Args:
        image_shape: (height, width, channels).
        filters: of the convolutions with stride 2, from the image to the code.
        features: length of the vectors of the codebook.
        activation: of the hidden layers.

    Returns:
        Two ``keras.Sequential`` models.
    """
    factor = 2 ** len(filters)
    places = tuple(side // factor for side in image_shape[:2])
    if any(side % factor for side in image_shape[:2]):
        raise ValueError(f"Height and width must be multiples of {factor}, not {tuple(image_shape[:2])}.")
    options = {"strides": 2, "padding": "same", "activation": activation}
    down = [layers.Conv2D(width, 4, **options) for width in filters]
    up = [layers.Conv2DTranspose(width, 4, **options) for width in filters[::-1]]
    same = {"padding": "same"}
    return (
        keras.Sequential([keras.Input(image_shape), *down, layers.Conv2D(features, 3, **same)]),
        keras.Sequential(
            [
                keras.Input((*places, features)),
                layers.Conv2D(filters[-1], 3, activation=activation, **same),
                *up,
                layers.Conv2D(image_shape[-1], 3, activation="tanh", **same),
            ]
        ),
    )


def dense_grid_coders(image_shape, grid, units=96):
    """Encoder and decoder of a VQ-VAE with one hidden layer each, for images of few pixels in [−1, 1].

    Args:
        image_shape: (height, width, channels).
        grid: (height, width, features) of the code of an image.
        units: of the hidden layers.

    Returns:
        Two ``keras.Sequential`` models.
    """
    return dense_network(image_shape, units, grid), dense_network(grid, units, image_shape, "tanh")
