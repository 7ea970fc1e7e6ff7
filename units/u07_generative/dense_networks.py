"""Generators and discriminators of dense layers, for images of few pixels."""

import math

import keras
from keras import layers

from units.u07_generative.spectral_normalization import SpectralDense


def dense_generator(image_shape, inputs, units=128):
    """G: (batch, inputs) → images in [−1, 1], with two hidden layers and batch normalization.

    Args:
        image_shape: (height, width, channels).
        inputs: the number of entries of z (and of the label, if G is told one).
        units: of a hidden layer.
    """
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            layers.Dense(units, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dense(units, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dense(math.prod(image_shape), activation="tanh"),
            layers.Reshape(image_shape),
        ]
    )


def dense_discriminator(image_shape, units=128, spectral=False):
    """D: images → (batch, 1), with two hidden layers; it has no normalization, or a spectral one."""
    dense = SpectralDense if spectral else layers.Dense
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Flatten(),
            dense(units),
            layers.LeakyReLU(negative_slope=0.2),
            dense(units),
            layers.LeakyReLU(negative_slope=0.2),
            dense(1),
        ]
    )
