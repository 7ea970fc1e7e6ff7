"""The two steps of K-means, their objective, and the probabilities of k-means++."""

from keras import ops


def assign(x, c):
    """Find the nearest centroid of every sample.

    Args:
        x: samples, shape (batch, features).
        c: centroids, shape (clusters, features).

    Returns:
        Integers of shape (batch,).
    """
    return ops.argmin(_squared_distances(x, c), axis=1)


def update(x, r, c):
    """Move every centroid to the mean of its samples.

    Args:
        x: samples, shape (batch, features).
        r: centroid of every sample, shape (batch,).
        c: the present centroids, shape (clusters, features).

    Returns:
        The new centroids, shape (clusters, features).
    """
    R = ops.one_hot(r, c.shape[0], dtype="float32")
    n = ops.sum(R, axis=0)[:, None]
    means = ops.matmul(ops.transpose(R), x) / ops.maximum(n, 1.0)
    return ops.where(n > 0, means, c)


def inertia(x, r, c):
    """Sum the squared distances of the samples to their own centroids.

    Args:
        x: samples, shape (batch, features).
        r: centroid of every sample, shape (batch,).
        c: centroids, shape (clusters, features).

    Returns:
        A number.
    """
    return ops.sum((x - ops.take(c, r, axis=0)) ** 2)


def seeding_probabilities(x, c):
    """Weigh the samples for the next centroid of k-means++.

    Args:
        x: samples, shape (batch, features).
        c: the centroids chosen so far, shape (clusters, features).

    Returns:
        Probabilities of shape (batch,).
    """
    D2 = ops.min(_squared_distances(x, c), axis=1)
    return D2 / ops.sum(D2)


def _squared_distances(x, c):
    return ops.sum((x[:, None, :] - c[None, :, :]) ** 2, axis=2)
