"""MC dropout: leave dropout on when predicting, and look at how much the predictions differ (§8.5)."""

import keras
import numpy as np
from keras import ops


def mc_dropout(model, x, samples=20, activation="softmax"):
    """Probabilities of several passes with different dropout masks.

    p_m = softmax(z(x; mask m)),   m = 1, …, samples;   their mean is the prediction

    Each pass is a network that dropout has trained (unit 4). Only models are meant whose other layers do the same in
    training and at inference: with batch normalization the passes would also use the statistics of this batch.

    Args:
        model: returns logits of shape (batch, …, classes), and takes ``training=True``.
        x: inputs, shape (batch, …).
        samples: number of passes.
        activation: "softmax", or "linear" for a model that returns probabilities.

    Returns:
        A NumPy array of shape (samples, batch, …, classes).

    Raises:
        ValueError: there is no pass, or two passes or more are all equal because the model has no dropout.

    References: Gal and Ghahramani, "Dropout as a Bayesian approximation" (2016).
    """
    if samples < 1 or samples != int(samples):
        raise ValueError(f"There must be at least one pass, and a whole number of them, not {samples}.")
    if activation not in ("softmax", "linear"):
        raise ValueError(f'activation is "softmax" or "linear", not {activation!r}.')
    x = ops.convert_to_tensor(x)
    passes = []
    for _ in range(int(samples)):
        z = model(x, training=True)
        passes.append(ops.convert_to_numpy(ops.softmax(z) if activation == "softmax" else z))
    if samples > 1 and not _drops(model) and all(np.array_equal(passes[0], other) for other in passes[1:]):
        raise ValueError("All passes are equal: the model has no dropout, or its rate is 0.")
    return np.stack(passes)


def _drops(model):
    """Whether a Keras model has a layer with a rate above 0; few units and samples can get equal masks by chance."""
    layers = model._flatten_layers() if isinstance(model, keras.Layer) else []
    rates = [getattr(layer, "rate", 0) for layer in layers]
    return any(isinstance(rate, float) and rate > 0 for rate in rates)
