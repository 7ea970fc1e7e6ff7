"""Message passing: every node receives from its neighbours; sum, mean, maximum, softmax over edges (§8.5)."""

import keras
from keras import ops

import course
from course.validation import floats


def gather(x, edges):
    """What each edge carries: the vector of the node where it begins.

    m_{ji} = x_j for every edge (j, i)

    Args:
        x: vectors of the nodes, shape (nodes, …).
        edges: integers of shape (edges, 2); a row (j, i) goes from j to i.

    Returns:
        Shape (edges, …).
    """
    return ops.take(x, edges[:, 0], axis=0)


@course.fused(static=("nodes", "how"))
def aggregate(messages, edges, nodes, how="sum"):
    """What each node receives.

    sum:  h_i = ∑_{(j, i)} m_{ji}      mean: h_i = (1/d_i) ∑_{(j, i)} m_{ji}      max: h_i = max_{(j, i)} m_{ji}

    The edges may come in any order: the sums say so with ``sorted=False``. A node without edges receives 0. The number
    of nodes is given: if the last nodes have no edges it cannot be read off the edges. Messages in float16 or bfloat16
    are added in float32, and short integers in int32.

    Args:
        messages: m, shape (edges, …).
        edges: integers of shape (edges, 2).
        nodes: number of nodes.
        how: "sum", "mean" or "max".

    Returns:
        h, shape (nodes, …).

    Raises:
        ValueError: ``how`` is something else.

    References: Gilmer et al., "Neural message passing for quantum chemistry" (2017).
    """
    to = edges[:, 1]
    if how == "max":
        # a node without edges would have the maximum of nothing, −∞
        largest = ops.segment_max(messages, to, num_segments=nodes, sorted=False)
        some = _column(in_degrees(edges, nodes), messages) > 0
        return ops.where(some, largest, ops.zeros_like(largest))
    # h_i = ∑_{(j, i)} m_{ji}
    total = _sums(messages, to, nodes)
    if how == "mean":
        # h_i = (1/d_i) ∑_{(j, i)} m_{ji}
        total = floats(total)
        total = total / ops.maximum(_column(in_degrees(edges, nodes, total.dtype), messages), 1)
    elif how != "sum":
        raise ValueError(f'how is "sum", "mean" or "max", not {how!r}.')
    return ops.cast(total, messages.dtype) if keras.backend.is_float_dtype(messages.dtype) else total


def in_degrees(edges, nodes, dtype="float32"):
    """d_i, the number of edges that end in node i, shape (nodes,)."""
    return ops.cast(_sums(ops.ones_like(edges[:, 1], dtype="int32"), edges[:, 1], nodes), dtype)


def with_self_loops(edges, nodes):
    """The edges, and (i, i) for every node, shape (edges + nodes, 2)."""
    own = ops.arange(nodes, dtype="int32")
    return ops.concatenate([ops.cast(edges, "int32"), ops.stack([own, own], axis=1)], axis=0)


@course.fused(static=("nodes",))
def segment_softmax(scores, edges, nodes):
    """A softmax over the edges that end in the same node.

    α_{ji} = exp(e_{ji} − e_i) / ∑_{(j', i)} exp(e_{j'i} − e_i),   e_i = max_{(j, i)} e_{ji}

    Args:
        scores: e, shape (edges, …).
        edges: integers of shape (edges, 2).
        nodes: number of nodes.

    Returns:
        α, the shape of the scores. The weights of the edges into one node sum to 1.
    """
    # e_i: subtracted so that exp cannot overflow; the result does not depend on it, so no gradient goes through it
    largest = ops.take(ops.stop_gradient(aggregate(scores, edges, nodes, "max")), edges[:, 1], axis=0)
    weights = ops.exp(scores - largest)
    total = _sums(weights, edges[:, 1], nodes)
    return ops.cast(ops.divide(weights, ops.take(total, edges[:, 1], axis=0)), weights.dtype)


def _sums(values, to, nodes):
    """Sums for each node in at least 32 bits: in bfloat16 256 + 1 is 256, and in uint8 255 + 1 is 0."""
    dtype = keras.backend.standardize_dtype(values.dtype)
    least = "float32" if keras.backend.is_float_dtype(dtype) else "int32"
    values = ops.cast(values, keras.backend.result_type(dtype, least))
    return ops.segment_sum(values, to, num_segments=nodes, sorted=False)


def _column(per_node, like):
    """Numbers of shape (nodes,) with axes of length 1 added, so that they multiply arrays like ``like``."""
    return ops.reshape(per_node, (-1, *[1] * (len(like.shape) - 1)))
