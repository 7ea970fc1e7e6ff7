"""Images, categories and sentences as arrays."""

import numpy as np  # noqa: F401
from keras import ops  # noqa: F401


def vectorize(images):
    """Lay the pixels of each image in a row.

    Args:
        images: shape (batch, height, width) or (batch, height, width, channels).

    Returns:
        Shape (batch, features).
    """
    raise NotImplementedError


def devectorize(x, height, width, channels):
    """Put vectors back into images.

    Args:
        x: shape (batch, features).
        height: rows of an image.
        width: columns of an image.
        channels: numbers in a pixel.

    Returns:
        Shape (batch, height, width, channels).
    """
    raise NotImplementedError


def one_hot(y, classes):
    """Give every class an axis of its own.

    Args:
        y: integers, shape (batch,).
        classes: number of classes.

    Returns:
        float32, shape (batch, classes).
    """
    raise NotImplementedError


def ordinal(values, order):
    """Number categories by their place in the given order.

    Args:
        values: list of categories.
        order: list of all categories, from the lowest to the highest.

    Returns:
        Integers, shape (batch,).
    """
    raise NotImplementedError


def bag_of_words(sentences, words):
    """Count each word in each sentence.

    Args:
        sentences: list of sentences, words separated by spaces.
        words: list of the words to count.

    Returns:
        float32, shape (batch, features).
    """
    raise NotImplementedError
