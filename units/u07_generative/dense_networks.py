"""Generators and discriminators of dense layers, for images of few pixels."""

import math

import keras
from keras import layers

from units.u07_generative.spectral_normalization import SpectralDense


def dense_generator(image_shape, inputs, units=128, hidden=2, normalize=True):
    """G: (batch, inputs) → images in [−1, 1].

    Args:
        image_shape: (height, width, channels).
        inputs: the number of entries of z (and of the label, if G is told one).
        units: of a hidden layer.
        hidden: the number of hidden layers.
        normalize: whether each hidden layer has batch normalization.
    """
    network = keras.Sequential([keras.Input((inputs,))])
    for _ in range(hidden):
        network.add(layers.Dense(units, use_bias=not normalize))
        if normalize:
            network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.Dense(math.prod(image_shape), activation="tanh"))
    network.add(layers.Reshape(image_shape))
    return network


def dense_discriminator(image_shape, units=128, hidden=2, spectral=False, bound=1.0):
    """D: images → (batch, 1), without normalization or with a spectral one.

    Args:
        image_shape: (height, width, channels) of what D sees.
        units: of a hidden layer.
        hidden: the number of hidden layers.
        spectral: whether the layers are spectrally normalized. The slope of D is then at most ``bound``.
        bound: the output is multiplied by it.
    """
    dense = SpectralDense if spectral else layers.Dense
    network = keras.Sequential([keras.Input(image_shape), layers.Flatten()])
    for _ in range(hidden):
        network.add(dense(units))
        network.add(layers.LeakyReLU(negative_slope=0.2))
    network.add(dense(1))
    if bound != 1:
        network.add(layers.Rescaling(bound))
    return network


def dense_network(inputs, units, outputs, activation=None):
    """A network with one hidden layer of SiLU units, from arrays of one shape to arrays of another one.

    Args:
        inputs, outputs: shapes without the batch.
        units: of the hidden layer.
        activation: of the outputs.
    """
    return keras.Sequential(
        [
            keras.Input(inputs),
            layers.Flatten(),
            layers.Dense(units, "silu"),
            layers.Dense(math.prod(outputs), activation),
            layers.Reshape(outputs),
        ]
    )
