"""Images in patches, categories and sentences as arrays."""

import numpy as np  # noqa: F401
from keras import ops  # noqa: F401


def patches(images, size):
    """Cut each image into square patches and lay the pixels of each patch in a row.

    Args:
        images: shape (batch, height, width, channels); size divides height and width.
        size: height and width of a patch.

    Returns:
        Shape (batch, patches, size * size * channels).
    """
    raise NotImplementedError


def join(x, size, height, width):
    """Put patches back into images.

    Args:
        x: shape (batch, patches, size * size * channels).
        size: height and width of a patch.
        height: rows of an image.
        width: columns of an image.

    Returns:
        Shape (batch, height, width, channels).
    """
    raise NotImplementedError


def nominal(values, seen):
    """Give every category that was seen an axis of its own.

    Args:
        values: list of categories.
        seen: list of the different categories of the training set.

    Returns:
        float32, shape (batch, categories); zeros for a value that was not seen.
    """
    raise NotImplementedError


def thermometer(values, order):
    """Say for every step of an order whether a category is above it.

    Args:
        values: list of categories.
        order: list of all categories, from the lowest to the highest.

    Returns:
        float32, shape (batch, categories - 1).
    """
    raise NotImplementedError


def tf_idf(sentences, words):
    """Count each word in each sentence, and weigh it by how rare it is.

    Args:
        sentences: list of sentences, words separated by spaces.
        words: list of the words to count.

    Returns:
        float32, shape (batch, features).
    """
    raise NotImplementedError
