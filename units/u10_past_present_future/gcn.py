"""Graph convolution: a weighted mean of a node and its neighbours, then a linear map (§8.5)."""

import keras
from keras import ops

from course.validation import floats
from units.u10_past_present_future.linear_map import LinearMap
from units.u10_past_present_future.message_passing import aggregate, gather, in_degrees
from units.u10_past_present_future.node_classifier import NodeClassifier


def inverse_root_degrees(edges, nodes, dtype="float32"):
    """The diagonal of D̃^{−1/2} as a column.

    1 / √d̃_i,   d̃_i = 1 + d_i

    Args:
        edges: both directions of every pair, without self loops, integers of shape (edges, 2).
        nodes: number of nodes.
        dtype: a floating dtype.

    Returns:
        Shape (nodes, 1).
    """
    d = in_degrees(edges, nodes, keras.backend.result_type(dtype, "float32"))
    return ops.cast(ops.rsqrt(1 + d), dtype)[:, None]


def propagate(x, edges, scale=None):
    """Multiply by the normalized adjacency matrix with self loops, without ever making the matrix.

    Â x,   Â = D̃^{−1/2} (A + I) D̃^{−1/2},   D̃_{ii} = d̃_i = 1 + d_i

    (Â x)_i = x_i / d̃_i + ∑_{(j, i)} x_j / √(d̃_i d̃_j)

    The eigenvalues of Â lie in (−1, 1], so repeated multiplication does not blow up.

    Args:
        x: vectors of the nodes, shape (nodes, features).
        edges: both directions of every pair, without self loops, integers of shape (edges, 2).
        scale: what ``inverse_root_degrees`` returns for these edges. A network with many layers computes it once and
            gives it to each of them. None: it is computed here.

    Returns:
        Â x, shape (nodes, features).
    """
    x = floats(x)
    nodes = ops.shape(x)[0]
    if scale is None:
        scale = inverse_root_degrees(edges, nodes, x.dtype)
    scaled = scale * x
    # x_i / d̃_i + ∑_{(j, i)} x_j / √(d̃_i d̃_j)
    return scale * (scaled + aggregate(gather(scaled, edges), edges, nodes))


@keras.saving.register_keras_serializable("medl")
class GraphConvolution(keras.layers.Layer):
    """One layer of a graph convolutional network.

    H = Â dropout(X) W + b

    The product X W comes first: it makes the vectors short before they go along the edges.

    Args:
        units: columns of W.
        vocabulary, dropout: see ``LinearMap``.

    Shapes: X (nodes, features), edges (edges, 2), W (features, units), H (nodes, units). Call it as
    ``layer(x, edges)``.

    References: Kipf and Welling, "Semi-supervised classification with graph convolutional networks" (2017).
    """

    def __init__(self, units, vocabulary=None, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.linear = LinearMap(units, vocabulary, dropout, dtype=self.dtype_policy)

    def build(self, input_shape):
        """Create W and b."""
        self.linear.build(input_shape)
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, x, edges, scale=None, training=None):
        """H = Â (dropout(X) W) + b; ``scale`` as in ``propagate``."""
        return propagate(self.linear(x, training=training), edges, scale) + self.bias

    def get_config(self):
        """The arguments of ``__init__``."""
        linear = self.linear
        return {
            **super().get_config(),
            "units": self.units,
            "vocabulary": linear.vocabulary,
            "dropout": linear.rate,
        }


@keras.saving.register_keras_serializable("medl")
class GCN(NodeClassifier):
    """A graph convolutional network: L layers let a node see the nodes that are at most L edges away.

    H^{l+1} = ReLU(Â dropout(H^l) W^l + b^l),   Z = Â dropout(H^{L−1}) W^{L−1} + b^{L−1}

    Args:
        graph, classes, vocabulary: see ``NodeClassifier``.
        units: width of the hidden layers.
        depth: L, the number of layers.
        dropout: rate, before every layer.
        decay: λ; the penalty (λ/2) ‖W⁰‖² of the first layer is part of the cost.

    Raises:
        ValueError: the depth is below 1.
    """

    def __init__(self, graph, classes, units=16, depth=2, dropout=0.5, decay=5e-4, vocabulary=None, **kwargs):
        super().__init__(graph, classes, dropout, decay, vocabulary, **kwargs)
        if depth < 1:
            raise ValueError(f"A network has at least one layer, not {depth}.")
        self.sizes |= {"units": units, "depth": depth}
        widths = [units] * (depth - 1) + [classes]
        self.steps = [
            GraphConvolution(n, vocabulary if i == 0 else None, dropout) for i, n in enumerate(widths)
        ]

    def call(self, x, training=None):
        """The logits Z, shape (nodes, classes)."""
        edges = self.graph_edges(x)
        scale = inverse_root_degrees(edges, self.nodes, self.compute_dtype)
        for step in self.steps[:-1]:
            x = ops.relu(step(x, edges, scale, training=training))
        return self.steps[-1](x, edges, scale, training=training)

    def decayed(self):
        """W⁰."""
        return [self.steps[0].linear.kernel]
