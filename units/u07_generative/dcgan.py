"""DCGAN: the convolutional networks that made adversarial training work for images (§8.3)."""

import keras
from keras import layers

from units.u07_generative.gan import GAN
from units.u07_generative.spectral_normalization import SpectralConv2D, SpectralDense


def dcgan_generator(image_shape, inputs, width=64):
    """G: a dense layer to a quarter of the height and width, then two transposed convolutions of stride 2.

    Args:
        image_shape: (height, width, channels); height and width are multiples of 4.
        inputs: the number of entries of z (and of the label, if G is told one).
        width: channels before the last layer; there are twice as many one layer before.

    Returns:
        A model from (batch, inputs) to images in [−1, 1].
    """
    height, columns, channels = _quarters(image_shape)
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            layers.Dense(height * columns * 2 * width, use_bias=False, kernel_initializer=_normal()),
            layers.Reshape((height, columns, 2 * width)),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2DTranspose(
                width, 4, strides=2, padding="same", use_bias=False, kernel_initializer=_normal()
            ),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2DTranspose(
                channels, 4, strides=2, padding="same", activation="tanh", kernel_initializer=_normal()
            ),
        ]
    )


def dcgan_discriminator(image_shape, width=64, normalization="batch"):
    """D: two convolutions of stride 2 with leaky rectifiers, and one number.

    Args:
        image_shape: (height, width, channels) of what D sees; height and width are multiples of 4.
        width: channels after the first convolution; there are twice as many after the second one.
        normalization: "batch" as in DCGAN; "none" for critics whose slope is measured sample by sample; "spectral".

    Returns:
        A model from images to (batch, 1).
    """
    _quarters(image_shape)
    if normalization not in ("batch", "none", "spectral"):
        raise ValueError(f'normalization is "batch", "none" or "spectral", not {normalization!r}.')
    spectral = normalization == "spectral"
    convolution, dense = (SpectralConv2D, SpectralDense) if spectral else (layers.Conv2D, layers.Dense)
    batch = [layers.BatchNormalization(momentum=0.9)] if normalization == "batch" else []
    return keras.Sequential(
        [
            keras.Input(image_shape),
            convolution(width, 4, strides=2, padding="same", kernel_initializer=_normal()),
            layers.LeakyReLU(negative_slope=0.2),
            convolution(2 * width, 4, strides=2, padding="same", kernel_initializer=_normal()),
            *batch,
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            dense(1, kernel_initializer=_normal()),
        ]
    )


@keras.saving.register_keras_serializable("medl")
class DCGAN(GAN):
    """The training step of ``GAN`` on images: D sees real and generated images in batches of their own.

    C_D = −E log D(x) − E log(1 − D(G(z))),   C_G = −E log D(G(z))

    Batch normalization in D would tell a mixed batch's real images from its generated ones by their common statistics,
    so each kind is normalized by itself. All kernels start at N(0, 0.02²).

    Args:
        generator, discriminator: such as ``dcgan_generator`` and ``dcgan_discriminator``.
        others: see ``AdversarialModel``.

    References: Radford, Metz, Chintala, "Unsupervised representation learning with deep convolutional generative
    adversarial networks" (2016).
    """

    @classmethod
    def for_images(cls, image_shape, latent_size=64, width=64, **kwargs):
        """Make the model with its two networks for images of this shape."""
        return cls(
            dcgan_generator(image_shape, latent_size, width),
            dcgan_discriminator(image_shape, width),
            latent_size,
            **kwargs,
        )


def _normal():
    return keras.initializers.RandomNormal(0, 0.02)


def _quarters(image_shape):
    """A quarter of the height and of the width, and the channels."""
    height, width, channels = image_shape
    if height % 4 or width % 4:
        raise ValueError(
            f"Two strides of 2 need a height and a width that 4 divides, not {height} × {width}."
        )
    return height // 4, width // 4, channels
