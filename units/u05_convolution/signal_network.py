"""One small network for signals, with shared or with separate weights at its positions (§6.2)."""

import keras

from units.u03_optimization.hyperparameters import check_size
from units.u04_feedforward import Classifier


def signal_network(layer=keras.layers.Conv1D, channels=25, dropout=0.0, classes=10):
    """Return a classifier of signals: three layers of windows with stride 2, then the logits.

    (seq, 1) → (seq/2, channels) → (seq/4, channels) → (seq/8, channels) → logits

    With convolutions, 25 channels and signals of 40 numbers it has 5,210 parameters, as the convolutional network of
    the authors of MNIST-1D.

    Args:
        layer: ``keras.layers.Conv1D``, or ``LocallyConnected1D`` for separate weights at every position.
        channels: channels of the three layers.
        dropout: rate of the dropout behind each of them.
        classes: number of logits.

    Shapes: x is (batch, seq), the output is (batch, classes).

    References: Greydanus and Kobak, Scaling down deep learning with MNIST-1D, 2024.
    """
    stages = []
    for k in (5, 3, 3):
        stages.append(layer(channels, k, strides=2, padding="same", activation="relu"))
        stages += [keras.layers.Dropout(dropout)] if dropout else []
    layers = [
        keras.layers.Reshape((-1, 1)),
        *stages,
        keras.layers.Flatten(),
        keras.layers.Dense(check_size("classes", classes)),
    ]
    return Classifier(keras.Sequential(layers), classes=classes)
