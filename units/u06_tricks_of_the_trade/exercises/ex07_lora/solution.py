"""LoRA: gradients of the factors, the best change of low rank, and two changes as one."""

import numpy as np
from keras import ops


def largest_rank(inputs, units):
    """The largest rank with which LoRA trains fewer numbers than the kernel has.

    Args:
        inputs, units: the kernel's shape.

    Returns:
        The largest r for which A (inputs, r) and B (r, units) have fewer entries than W; 0 if there is none.
    """
    return (inputs * units - 1) // (inputs + units)


def factor_gradients(x, A, B, scale, D):
    """The gradients of the factors of output = x W + scale · x A B.

    Args:
        x: shape (batch, inputs).
        A: shape (inputs, rank).
        B: shape (rank, units).
        scale: a number.
        D: ∂C/∂output, shape (batch, units).

    Returns:
        (∂C/∂A, ∂C/∂B).
    """
    # ∂C/∂A = scale · xᵀ (D Bᵀ),   ∂C/∂B = scale · (x A)ᵀ D
    by_A = scale * ops.matmul(ops.transpose(x), ops.matmul(D, ops.transpose(B)))
    by_B = scale * ops.matmul(ops.transpose(ops.matmul(x, A)), D)
    return by_A, by_B


def best_change(change, rank):
    """What a change of a kernel loses if only a rank is allowed.

    Args:
        change: the full change of a kernel, shape (inputs, units).
        rank: r.

    Returns:
        (M, share): the matrix of rank r or less that is nearest to the change, and ‖change − M‖² / ‖change‖².
    """
    U, sizes, V = np.linalg.svd(ops.convert_to_numpy(change).astype("float64"), full_matrices=False)
    nearest = (U[:, :rank] * sizes[:rank]) @ V[:rank]
    share = np.sum(sizes[rank:] ** 2) / np.sum(sizes**2)
    return nearest, share


def as_one(A1, B1, scale1, A2, B2, scale2):
    """Two changes of one kernel, scale1 A1 B1 + scale2 A2 B2, as one change A B with the scale 1.

    Args:
        A1, B1, scale1: the first one, of rank r1.
        A2, B2, scale2: the second one, of rank r2.

    Returns:
        (A, B), of the shapes (inputs, r1 + r2) and (r1 + r2, units).
    """
    A = ops.concatenate([scale1 * A1, scale2 * A2], axis=1)
    B = ops.concatenate([B1, B2], axis=0)
    return A, B
