"""One network of each era, small enough for the same task on a laptop (§1.1, §1.2)."""

from collections.abc import Callable
from typing import NamedTuple

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution import lenet5, resnet, vit
from units.u05_convolution.resnet import basic


class Era(NamedTuple):
    """An idea and its year.

    build: ``(input_shape, classes)`` → a functional ``keras.Model`` with logits. The perceptron is a linear map, which
    ``MulticlassPerceptron`` trains with its own rule; all others are trained by the cross-entropy.
    """

    name: str
    year: int
    build: Callable
    idea: str


def linear(input_shape, classes):
    """All pixels at once, without a hidden layer and without a bias."""
    x = image = keras.Input(input_shape)
    return keras.Model(
        image,
        layers.Dense(check_size("classes", classes), use_bias=False)(layers.Flatten()(x)),
        name="perceptron",
    )


def multilayer(input_shape, classes, units=64):
    """One hidden layer of sigmoid units, as backpropagation trained them in 1986."""
    x = image = keras.Input(input_shape)
    x = layers.Dense(units, activation="sigmoid")(layers.Flatten()(x))
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="multilayer")


def small_alexnet(input_shape, classes, channels=(24, 48), units=96, dropout=0.5):
    """What was new in 2012, in a small size: ReLU, overlapping maximum pooling, dropout in the dense layers."""
    x = image = keras.Input(input_shape)
    for filters in channels:
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(3, 2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(dropout)(layers.Dense(units, activation="relu")(x))
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="small_alexnet")


def small_resnet(input_shape, classes):
    """Residual blocks in two stages, and the mean of each channel in place of dense layers."""
    network = resnet(basic, (1, 1), input_shape, classes, channels=(8, 16), stem=False)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = (
                0.9  # for some hundred updates; with 0.99 the moving statistics would still be the first ones
            )
    return network


def small_transformer(input_shape, classes):
    """Patches of 4 × 4 pixels as words, one block of attention."""
    return vit(input_shape, classes, patch=4, d_model=32, heads=4, repeats=1)


ERAS = (
    Era("perceptron", 1958, linear, "a neuron that learns from its mistakes"),
    Era("multilayer network", 1986, multilayer, "hidden units, trained by backpropagation"),
    Era("LeNet-5", 1998, lenet5, "a kernel that is the same at every position"),
    Era("AlexNet, small", 2012, small_alexnet, "ReLU, dropout, more data, GPUs"),
    Era("ResNet, small", 2015, small_resnet, "sums past the layers, normalization"),
    Era("transformer, small", 2020, small_transformer, "attention between all patches"),
)
