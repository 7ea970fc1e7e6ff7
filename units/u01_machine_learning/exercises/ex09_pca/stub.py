"""Principal components and low-rank approximation by the singular value decomposition."""

from keras import ops  # noqa: F401


def pca(x, k):
    """Find the first k principal directions.

    Args:
        x: samples, of shape (batch, features).
        k: number of directions.

    Returns:
        ``(mean, components, share)`` of shapes (features,), (k, features) and (k,).
    """
    raise NotImplementedError


def reconstruct(x, k):
    """Project samples on the first k principal directions and back.

    Args:
        x: samples, of shape (batch, features).
        k: number of directions.

    Returns:
        Shape (batch, features).
    """
    raise NotImplementedError


def relative_error(A, r):
    """Tell the relative Frobenius error of the best approximation of rank r.

    Args:
        A: a matrix, of shape (rows, columns).
        r: the rank.

    Returns:
        A number from 0 to 1.
    """
    raise NotImplementedError
