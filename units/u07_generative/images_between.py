"""Augmentation by a generative model: new images between two images of one class (§8.1)."""

import numpy as np

from course.validation import group_labels


def images_between(model, x, y, size, rng):
    """Draw images whose codes lie between the codes of two images of one class.

    z = (1 − ξ) μ(x_i) + ξ μ(x_j) + σ(x_i) ε,   y_i = y_j,   ξ uniform in [0, 1], ε ~ N(0, I)

    The autoencoder needs no labels, so it may learn from all images; the few labelled ones say which codes belong to
    a class.

    Args:
        model: a trained ``VAE``.
        x: labelled images, shape (batch, height, width, channels).
        y: their classes, shape (batch,).
        size: number of new images.
        rng: a ``numpy.random.Generator``.

    Returns:
        The new images (size, height, width, channels) and their classes (size,), NumPy. Each labelled image has the
        same chance to be x_i; x_j is any image of its class, also x_i itself.
    """
    y = group_labels(y, rows=len(x))
    first = rng.integers(len(y), size=size)
    second = np.array([rng.choice(np.flatnonzero(y == y[i])) for i in first])
    codes = model.encoder.predict(x, batch_size=len(x), verbose=0)
    mean, log_deviation = np.split(codes, 2, axis=-1)
    share, noise = rng.uniform(size=(size, 1)), rng.normal(size=(size, mean.shape[1]))
    z = (1 - share) * mean[first] + share * mean[second] + np.exp(log_deviation[first]) * noise
    return model.decoder.predict(z.astype("float32"), batch_size=size, verbose=0), y[first]
