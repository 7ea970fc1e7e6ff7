"""Images as vectors: what a model without convolutions sees (§2.1)."""

from keras import ops


def vectorize(images):
    """Write the pixels of each image one after the other.

    x_{(i W + j) C + c} = image_{i, j, c}:   row by row, the channels of a pixel side by side

    Args:
        images: shape (batch, height, width) (mono) or (batch, height, width, channels).

    Returns:
        Vectors, shape (batch, features) with p = H·W·C.

    Raises:
        ValueError: if there is no batch axis, or one too many.

    Example:
        >>> print(ops.convert_to_numpy(vectorize([[[1, 2], [3, 4]]])))
        [[1 2 3 4]]
    """
    images = ops.convert_to_tensor(images)
    if len(images.shape) not in (3, 4):
        raise ValueError(f"vectorize takes (batch, height, width[, channels]), got {tuple(images.shape)}.")
    return ops.reshape(images, (images.shape[0], -1))


def devectorize(x, shape):
    """Put vectors back into images: the inverse of ``vectorize``.

    Args:
        x: vectors, shape (batch, features).
        shape: (height, width) or (height, width, channels) of one image.

    Returns:
        Images, shape (batch, *shape).

    Raises:
        ValueError: if the number of features is not that of the shape.

    Example:
        >>> print(ops.convert_to_numpy(devectorize([[1, 2, 3, 4]], (2, 2))).tolist())
        [[[1, 2], [3, 4]]]
    """
    x, size = ops.convert_to_tensor(x), 1
    for side in shape:
        size *= side
    if len(x.shape) != 2 or x.shape[1] != size:
        raise ValueError(f"An image of shape {tuple(shape)} has {size} values, got {tuple(x.shape)}.")
    return ops.reshape(x, (x.shape[0], *shape))


def to_grey(images):
    """Turn colours into brightness, weighted as the eye perceives them.

    Y = 0.299 R + 0.587 G + 0.114 B

    Args:
        images: red, green, blue in [0, 1], shape (batch, height, width, 3).

    Returns:
        Brightness in [0, 1], shape (batch, height, width, 1).

    Raises:
        ValueError: if the last axis has not three channels.

    Example:
        >>> print(ops.convert_to_numpy(to_grey([[[[1.0, 1.0, 1.0]]]])).ravel())
        [1.]

    References: Recommendation ITU-R BT.601.
    """
    images = ops.convert_to_tensor(images, "float32")
    if images.shape[-1] != 3:
        raise ValueError(f"to_grey needs three channels on the last axis, got {tuple(images.shape)}.")
    weights = ops.convert_to_tensor([0.299, 0.587, 0.114], "float32")
    # Y = 0.299 R + 0.587 G + 0.114 B
    return ops.sum(images * weights, axis=-1, keepdims=True)
