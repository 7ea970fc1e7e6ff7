"""Deep and convolutional autoencoders: two networks, one that encodes and one that decodes (§3.5)."""

import math

import keras
from keras import layers

from units.u02_logistic_softmax.autoencoder import ReconstructionModel


@keras.saving.register_keras_serializable("medl")
class Autoencoder(ReconstructionModel):
    """Any two networks, trained to reconstruct their input.

    z = f(x),   x̂ = h(z),   C(θ) = (1/n) ∑_i ‖x_i − x̂_i‖² / size

    With one layer each this is the autoencoder of unit 2, whose reconstructions lie on a plane or on a simply curved
    surface. With more layers f and h can follow surfaces of any form. The size is the number of entries of x_i.

    Args:
        encoder: f, a model or layer from samples to codes.
        decoder: h, a model or layer from codes to samples.

    Shapes: x and x̂ are (batch, ...), z is (batch, latent). ``fit`` takes ``sample_weight``.

    Example:
    >>> model = Autoencoder(*dense_coder(64, (128, 32), latent=8))
    >>> model.compile(optimizer="adam")
    >>> x = course.data.load("digits").features("train")[:64]
    >>> history = model.fit(x, epochs=2, verbose=0)
    >>> tuple(model.encode(x).shape)
    (64, 8)

    References: §3.5; Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks" (2006).
    """

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder

    def get_config(self):
        """The arguments of ``__init__``."""
        networks = {name: getattr(self, name) for name in ("encoder", "decoder")}
        saved = {name: keras.saving.serialize_keras_object(network) for name, network in networks.items()}
        return {**super().get_config(), **saved}

    @classmethod
    def from_config(cls, config):
        """Make a model from ``get_config``."""
        return cls(
            **{
                name: keras.saving.deserialize_keras_object(value) if isinstance(value, dict) else value
                for name, value in config.items()
            }
        )


def dense_coder(features, widths, latent, activation="relu", code="linear"):
    """Fully connected encoder and decoder; the decoder has the layers of the encoder in reverse.

    Args:
        features: length of x, with entries in [0, 1]: the last activation is the sigmoid.
        widths: of the hidden layers of the encoder; none for a shallow autoencoder.
        latent: length of the code.
        activation: of the hidden layers.
        code: activation of the code.

    Returns:
        Two ``keras.Sequential`` models.
    """
    encoder = [layers.Dense(width, activation) for width in widths]
    decoder = [layers.Dense(width, activation) for width in widths[::-1]]
    return (
        keras.Sequential([keras.Input((features,)), *encoder, layers.Dense(latent, code)]),
        keras.Sequential([keras.Input((latent,)), *decoder, layers.Dense(features, "sigmoid")]),
    )


def convolutional_coder(image_shape, filters, latent, activation="relu"):
    """A convolutional encoder and decoder: each convolution halves height and width, each transposed one doubles them.

    Args:
        image_shape: (height, width, channels), with entries in [0, 1].
        filters: of the convolutions of 3 × 3 with stride 2, from the image to the code.
        latent: length of the code.
        activation: of the hidden layers.

    Returns:
        Two ``keras.Sequential`` models.

    Raises:
        ValueError: a side cannot be halved that often.
    """
    *sides, channels = image_shape
    factor = 2 ** len(filters)
    if any(side % factor for side in sides):
        raise ValueError(
            f"{len(filters)} convolutions halve an image {len(filters)} times: height and width must be multiples of "
            f"{factor}, not {tuple(sides)}."
        )
    options = {"strides": 2, "padding": "same"}
    smallest = (*(side // factor for side in sides), filters[-1])
    down = [layers.Conv2D(width, 3, activation=activation, **options) for width in filters]
    up = [layers.Conv2DTranspose(width, 3, activation=activation, **options) for width in filters[-2::-1]] + [
        layers.Conv2DTranspose(channels, 3, activation="sigmoid", **options)
    ]
    return (
        keras.Sequential([keras.Input(image_shape), *down, layers.Flatten(), layers.Dense(latent)]),
        keras.Sequential(
            [
                keras.Input((latent,)),
                layers.Dense(math.prod(smallest), activation),
                layers.Reshape(smallest),
                *up,
            ]
        ),
    )
