"""Images in patches, categories and sentences as arrays."""

import numpy as np
from keras import ops


def patches(images, size):
    """Cut each image into square patches and lay the pixels of each patch in a row.

    Args:
        images: shape (batch, height, width, channels); size divides height and width.
        size: height and width of a patch.

    Returns:
        Shape (batch, patches, size * size * channels).
    """
    n, height, width, channels = images.shape
    x = ops.reshape(images, (n, height // size, size, width // size, size, channels))
    # from (down, row in the patch, across, column in the patch) to (down, across, row, column)
    x = ops.transpose(x, (0, 3, 1, 2, 4, 5))
    return ops.reshape(x, (n, (height // size) * (width // size), size * size * channels))


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
    n, channels = x.shape[0], x.shape[2] // size**2
    x = ops.reshape(x, (n, height // size, width // size, size, size, channels))
    return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (n, height, width, channels))


def nominal(values, seen):
    """Give every category that was seen an axis of its own.

    Args:
        values: list of categories.
        seen: list of the different categories of the training set.

    Returns:
        float32, shape (batch, categories); zeros for a value that was not seen.
    """
    return np.array([[value == category for category in seen] for value in values], "float32")


def thermometer(values, order):
    """Say for every step of an order whether a category is above it.

    Args:
        values: list of categories.
        order: list of all categories, from the lowest to the highest.

    Returns:
        float32, shape (batch, categories - 1).
    """
    return np.array([[order.index(value) > k for k in range(len(order) - 1)] for value in values], "float32")


def tf_idf(sentences, words):
    """Count each word in each sentence, and weigh it by how rare it is.

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
    # log(n / n_k); a word that is in no sentence has count 0 everywhere
    in_sentences = np.maximum((counts > 0).sum(axis=0), 1)
    return counts * np.log(len(sentences) / in_sentences).astype("float32")
