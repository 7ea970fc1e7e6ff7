"""Batch normalization in a network that is reused: which statistics does it use, and do they move? (§5.6, §6.5)."""

import keras
import numpy as np
from keras import ops


def freeze_variables_only(network):
    """A mistake that is often made: every variable is frozen, but the layers are not.

    The weights get no gradient. But each ``BatchNormalization`` still has ``trainable = True``: in training it
    normalizes by the statistics of the batch, and moves its averages towards those of the new data. The same happens in
    PyTorch with ``requires_grad_(False)`` and ``train()``. The cure in Keras is ``layer.trainable = False``, which puts
    this layer into inference mode as well.
    """
    for variable in network.trainable_variables:
        variable.trainable = False


def moving_statistics(network):
    """All moving means and variances of a network in one array (statistics,)."""
    found = [
        ops.convert_to_numpy(value).ravel()
        for layer in network._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
        for value in (layer.moving_mean, layer.moving_variance)
    ]
    if not found:
        raise ValueError("The network has no batch normalization.")
    return np.concatenate(found)


def drift(before, after):
    """How far the statistics moved, relative to their size: ‖after − before‖ / ‖before‖."""
    return float(np.linalg.norm(after - before) / np.linalg.norm(before))
