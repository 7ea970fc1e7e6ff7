"""The two steps of K-means, their objective, and the probabilities of k-means++."""

from keras import ops  # noqa: F401


def assign(x, c):
    """Find the nearest centroid of every sample.

    Args:
        x: samples, of shape (batch, features).
        c: centroids, of shape (clusters, features).

    Returns:
        Integers of shape (batch,).
    """
    raise NotImplementedError


def update(x, r, c):
    """Move every centroid to the mean of its samples.

    Args:
        x: samples, of shape (batch, features).
        r: centroid of every sample, of shape (batch,).
        c: the present centroids, of shape (clusters, features).

    Returns:
        The new centroids, of shape (clusters, features).
    """
    raise NotImplementedError


def inertia(x, r, c):
    """Sum the squared distances of the samples to their own centroids.

    Args:
        x: samples, of shape (batch, features).
        r: centroid of every sample, of shape (batch,).
        c: centroids, of shape (clusters, features).

    Returns:
        A number.
    """
    raise NotImplementedError


def seeding_probabilities(x, c):
    """Weigh the samples for the next centroid of k-means++.

    Args:
        x: samples, of shape (batch, features).
        c: the centroids chosen so far, of shape (clusters, features).

    Returns:
        Probabilities of shape (batch,).
    """
    raise NotImplementedError
