"""Images, categories and sentences as arrays."""

import numpy as np
from keras import ops


def vectorize(images):
    """Lay the pixels of each image in a row.

    Args:
        images: shape (batch, height, width) or (batch, height, width, channels).

    Returns:
        Shape (batch, features).
    """
    return ops.reshape(images, (images.shape[0], -1))


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
    return ops.reshape(x, (x.shape[0], height, width, channels))


def one_hot(y, classes):
    """Give every class an axis of its own.

    Args:
        y: integers, shape (batch,).
        classes: number of classes.

    Returns:
        float32, shape (batch, classes).
    """
    return ops.cast(ops.equal(y[:, None], ops.arange(int(ops.max(y)) + 1, dtype=y.dtype)), "float32")


def ordinal(values, order):
    """Number categories by their place in the given order.

    Args:
        values: list of categories.
        order: list of all categories, from the lowest to the highest.

    Returns:
        Integers, shape (batch,).
    """
    return np.array([order.index(value) for value in values])


def bag_of_words(sentences, words):
    """Count each word in each sentence.

    Args:
        sentences: list of sentences, words separated by spaces.
        words: list of the words to count.

    Returns:
        float32, shape (batch, features).
    """
    counts = np.zeros((len(sentences), len(words)), "float32")
    for i, sentence in enumerate(sentences):
        for word in sentence.split():
            if word in words:
                counts[i, words.index(word)] += 1
    return counts
