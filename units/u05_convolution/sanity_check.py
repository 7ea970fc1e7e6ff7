"""A sanity check of explanations: they have to change when the weights of the network become random (§6.4)."""

import numpy as np


def randomized(weights, layers, rng):
    """The weights of a network with its last layers replaced by random ones.

    A kernel is replaced by normal numbers of its own standard deviation, and a bias by zeros. Layers are counted from
    the logits downwards: the more layers, the less of the training is left.

    Args:
        weights: NumPy arrays, kernel and bias of each layer in turn, as ``network.get_weights()`` returns them.
        layers: number of layers to randomize.
        rng: a ``numpy.random.Generator``.

    Returns:
        A new list of arrays.

    Raises:
        ValueError: there are not so many layers.

    References: Adebayo et al., "Sanity checks for saliency maps" (2018).
    """
    if not 0 <= 2 * layers <= len(weights):
        raise ValueError(f"A network with {len(weights)} arrays of weights has no {layers} layers.")
    start = len(weights) - 2 * layers
    new = [
        rng.normal(0, w.std(), w.shape).astype(w.dtype) if w.ndim > 1 else np.zeros_like(w)
        for w in weights[start:]
    ]
    return [*weights[:start], *new]


def rank_correlation(first, second):
    """Spearman's correlation of the values of two maps, for each image.

    The correlation of their ranks; equal values share the mean of their ranks. It does not depend on how a map is
    scaled or how contrasts are drawn.

    Args:
        first, second: maps, shape (batch, height, width).

    Returns:
        Numbers in [−1, 1], shape (batch,); 0 where a map is constant and has no ranks.
    """
    if np.shape(first) != np.shape(second):
        raise ValueError(f"The maps have the shapes {np.shape(first)} and {np.shape(second)}.")
    return np.array([_correlation(_ranks(a), _ranks(b)) for a, b in zip(first, second, strict=True)])


def _ranks(values):
    _, place, counts = np.unique(np.ravel(values), return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def _correlation(a, b):
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt(np.sum(a**2) * np.sum(b**2))
    return np.sum(a * b) / size if size > 0 else 0.0
