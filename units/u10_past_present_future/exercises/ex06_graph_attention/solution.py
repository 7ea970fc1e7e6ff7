"""Attention over the edges of a graph: dynamic scores, a softmax for each node with a null message, and its share."""

from keras import ops


def scores(left, right, edges, a, slope=0.2):
    """The score of each edge, with the nonlinearity before the product.

    e_{ji} = a · LeakyReLU(l_j + r_i)

    Args:
        left: l, one row for each node, shape (nodes, units).
        right: r, shape (nodes, units).
        edges: integers of shape (edges, 2); a row (j, i) is an edge from j to i.
        a: shape (units,).
        slope: of LeakyReLU below 0.

    Returns:
        Shape (edges,).
    """
    s = ops.take(left, edges[:, 0], axis=0) + ops.take(right, edges[:, 1], axis=0)
    return ops.matmul(ops.where(s > 0, s, slope * s), a)


def attention(e, edges, nodes, null=0.0):
    """A softmax over the edges into each node and one null message.

    α_{ji} = exp(e_{ji}) / (exp(null) + ∑_{(j', i)} exp(e_{j'i}))

    Args:
        e: scores, shape (edges,).
        edges: as for ``scores``.
        nodes: number of nodes.
        null: score of the null message, a number.

    Returns:
        α, shape (edges,).
    """
    largest = ops.segment_max(e, edges[:, 1], num_segments=nodes, sorted=False)
    largest = ops.maximum(largest, null)
    weights = ops.exp(e - ops.take(largest, edges[:, 1], axis=0))
    below = ops.segment_sum(weights, edges[:, 1], num_segments=nodes, sorted=False) + ops.exp(null - largest)
    return weights / ops.take(below, edges[:, 1], axis=0)


def silence(alpha, edges, nodes):
    """The share of the null message at each node: 1 − ∑_{(j, i)} α_{ji}.

    Args:
        alpha: shape (edges,).
        edges: as for ``scores``.
        nodes: number of nodes.

    Returns:
        Shape (nodes,); 1 where no edge ends.
    """
    return 1 - ops.segment_sum(alpha, edges[:, 1], num_segments=nodes, sorted=False)
