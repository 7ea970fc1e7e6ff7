"""Graph convolution with edge weights, its gradient, and the rate at which differences vanish."""

import numpy as np
from keras import ops


def scales(edges, weights, nodes):
    """1 / √(1 + ∑_j w_{ji}) for each node i.

    Args:
        edges: integers of shape (edges, 2); a row (j, i) is an edge from j to i. Each edge is there in both directions.
        weights: w, at least 0 and equal in both directions, shape (edges,).
        nodes: number of nodes.

    Returns:
        Shape (nodes,).
    """
    return 1 / ops.sqrt(1 + ops.segment_sum(weights, edges[:, 1], num_segments=nodes, sorted=False))


def convolve(x, kernel, edges, weights):
    """A graph convolution with the weighted edges and self loops of weight 1.

    H = Ŵ X K,   Ŵ = D^{−1/2} (W + I) D^{−1/2},   D_{ii} = 1 + ∑_j w_{ji}

    Args:
        x: X, shape (nodes, features).
        kernel: K, shape (features, units).
        edges, weights: as for ``scales``.

    Returns:
        H, shape (nodes, units).
    """
    nodes = x.shape[0]
    scale = scales(edges, weights, nodes)[:, None]
    z = scale * ops.matmul(x, kernel)
    messages = weights[:, None] * ops.take(z, edges[:, 0], axis=0)
    return scale * (z + ops.segment_sum(messages, edges[:, 1], num_segments=nodes, sorted=False))


def kernel_gradient(x, edges, weights, D):
    """The derivative of a cost by the kernel, from that by the output.

    ∂C/∂K = Xᵀ Ŵᵀ D

    Args:
        x, edges, weights: as for ``convolve``.
        D: derivative of C by H, shape (nodes, units).

    Returns:
        Shape (features, units).
    """
    identity = ops.eye(D.shape[1], dtype=D.dtype)
    return ops.matmul(ops.transpose(x), convolve(D, identity, edges, weights))


def smoothing_rate(adjacency):
    """How fast differences vanish: the factor by which the slowest of them shrinks in one propagation.

    The second largest absolute value of an eigenvalue of D^{−1/2} (A + I) D^{−1/2}.

    Args:
        adjacency: A, symmetric, a tensor of shape (nodes, nodes).

    Returns:
        A float.
    """
    A = ops.convert_to_numpy(adjacency) + np.eye(len(adjacency))
    scale = 1 / np.sqrt(A.sum(axis=1))
    return float(np.sort(np.abs(np.linalg.eigvalsh(scale[:, None] * A * scale)))[-2])
