"""Max pooling with places, and two rules for its gradient."""

import numpy as np


def pool(x, k, s):
    """The largest value of every window, and where it stands.

    Args:
        x: images, shape (batch, height, width, channels).
        k: size of the windows.
        s: stride.

    Returns:
        ``[z, places]``, two arrays of shape (batch, rows, columns, channels); places are integers.
    """
    batch, height, width, channels = x.shape
    rows, columns = (height - k) // s + 1, (width - k) // s + 1
    z = np.zeros((batch, rows, columns, channels))
    places = np.zeros((batch, rows, columns, channels), "int64")
    for i in range(rows):
        for j in range(columns):
            window = x[:, i * s : i * s + k, j * s : j * s + k].reshape(batch, k * k, channels)
            z[:, i, j] = window.max(axis=1)
            u = k * k - 1 - window[:, ::-1].argmax(axis=1)
            places[:, i, j] = (i * s + u // k) * width + j * s + u % k
    return [z, places]


def unpool(z, places, height, width):
    """Every value at its place, and 0 elsewhere; values with the same place are added.

    Args:
        z: values, shape (batch, rows, columns, channels).
        places: integers of the same shape.
        height, width: of the image.

    Returns:
        An array of shape (batch, height, width, channels).
    """
    batch, _, _, channels = z.shape
    image = np.zeros((batch, height * width, channels))
    n, _, _, c = np.indices(z.shape)
    np.add.at(image, (n, places, c), z)
    return image.reshape(batch, height, width, channels)


def pool_backward_shared(D, x, k, s):
    """The gradient of a cost in x, where equally large positions get equal shares.

    Args:
        D: ∂C/∂z, shape (batch, rows, columns, channels).
        x: images, shape (batch, height, width, channels).
        k: size of the windows.
        s: stride.

    Returns:
        ∂C/∂x, an array of the shape of x.
    """
    by_x = np.zeros(x.shape)
    for i in range(D.shape[1]):
        for j in range(D.shape[2]):
            window = x[:, i * s : i * s + k, j * s : j * s + k]
            largest = window == window.max(axis=(1, 2), keepdims=True)
            shares = largest / largest.sum(axis=(1, 2), keepdims=True)
            by_x[:, i * s : i * s + k, j * s : j * s + k] += shares * D[:, i : i + 1, j : j + 1]
    return by_x
