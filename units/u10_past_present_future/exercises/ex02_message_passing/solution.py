"""Messages along edges, and what arrives: a weighted sum, a weighted mean, and what comes along two edges."""

from keras import ops


def receive(x, edges, weights, nodes):
    """The weighted sum of what arrives at each node.

    h_i = ∑_{(j, i)} w_{ji} x_j

    Args:
        x: vectors of the nodes, shape (nodes, features).
        edges: integers of shape (edges, 2); a row (j, i) is an edge from j to i.
        weights: w, one for each edge, shape (edges,).
        nodes: number of nodes.

    Returns:
        h, shape (nodes, features).
    """
    messages = weights[:, None] * ops.take(x, edges[:, 0], axis=0)
    return ops.segment_sum(messages, edges[:, 1], num_segments=nodes, sorted=False)


def weighted_mean(x, edges, weights, nodes):
    """The weighted mean of what arrives, and the node's own vector where nothing arrives.

    h_i = ∑_{(j, i)} w_{ji} x_j / ∑_{(j, i)} w_{ji},   h_i = x_i if the sum of the weights is 0

    Args:
        x, edges, weights, nodes: as for ``receive``; the weights are at least 0.

    Returns:
        h, shape (nodes, features).
    """
    total = ops.segment_sum(weights, edges[:, 1], num_segments=nodes, sorted=False)[:, None]
    some = total > 0
    return ops.where(some, receive(x, edges, weights, nodes) / ops.where(some, total, 1.0), x)


def two_steps(x, edges, nodes):
    """What arrives at each node along walks of two edges.

    h_i = ∑_{(j, i)} ∑_{(k, j)} x_k, without the walks that return to where they began (k = i)

    Args:
        x, edges, nodes: as for ``receive``; every weight is 1. If (j, i) is an edge, (i, j) is one, too.

    Returns:
        h, shape (nodes, features).
    """
    ones = ops.ones_like(edges[:, 0], dtype=x.dtype)
    once = receive(x, edges, ones, nodes)
    degrees = ops.segment_sum(ones, edges[:, 1], num_segments=nodes, sorted=False)
    return receive(once, edges, ones, nodes) - degrees[:, None] * x
