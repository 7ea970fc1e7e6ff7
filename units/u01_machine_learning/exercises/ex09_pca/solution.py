"""Principal components and low-rank approximation by the singular value decomposition."""

from keras import ops


def pca(x, k):
    """Find the first k principal directions.

    Args:
        x: samples, shape (batch, features).
        k: number of directions.

    Returns:
        ``(mean, components, share)`` of shapes (features,), (k, features) and (k,).
    """
    mean = ops.mean(x, axis=0)
    _, s, Vh = ops.svd(x - mean, full_matrices=False)
    return mean, Vh[:k], s[:k] ** 2 / ops.sum(s**2)


def reconstruct(x, k):
    """Project samples on the first k principal directions and back.

    Args:
        x: samples, shape (batch, features).
        k: number of directions.

    Returns:
        Shape (batch, features).
    """
    mean, V, _ = pca(x, k)
    z = ops.matmul(x - mean, ops.transpose(V))
    return ops.matmul(z, V) + mean


def relative_error(A, r):
    """Return the relative Frobenius error of the best approximation of rank r.

    Args:
        A: a matrix, shape (rows, columns).
        r: the rank.

    Returns:
        A number from 0 to 1.
    """
    s = ops.svd(A, compute_uv=False)
    return ops.sqrt(ops.sum(s[r:] ** 2) / ops.sum(s**2))
