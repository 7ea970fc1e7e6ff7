"""Graph attention: a node computes how much it takes from each neighbour (§8.5)."""

import keras
from keras import ops

from units.u10_past_present_future.linear_map import LinearMap
from units.u10_past_present_future.message_passing import aggregate, gather, segment_softmax, with_self_loops
from units.u10_past_present_future.node_classifier import NodeClassifier


@keras.saving.register_keras_serializable("medl")
class GraphAttention(keras.layers.Layer):
    """One layer of a graph attention network, with several heads.

    g_j = Wᵀ dropout(x_j),   e_{ji} = LeakyReLU(a · g_j + a' · g_i),   α_{ji} = softmax over the edges (j, i) into i
    h_i = ∑_{(j, i)} α_{ji} g_j + b,   where i itself is one of the j

    The vectors of the heads are joined, or averaged in the last layer of a network.

    Args:
        units: length of a head's vectors.
        heads: how many.
        joined: whether the heads are joined; otherwise they are averaged.
        dropout: rate, for x and for the weights α.
        slope: of LeakyReLU below 0.
        vocabulary: see ``LinearMap``.

    Shapes: x (nodes, features), edges (edges, 2) without self loops, W (features, heads · units), a and a' (heads,
    units), output (nodes, heads · units), or (nodes, units) of the mean.

    Raises:
        ValueError: there is no head, or a head has no unit.

    References: Veličković et al., "Graph attention networks" (2018).
    """

    def __init__(self, units, heads=1, joined=True, dropout=0.0, slope=0.2, vocabulary=None, **kwargs):
        super().__init__(**kwargs)
        if units < 1 or heads < 1:
            raise ValueError(f"Attention has at least one head of at least one unit, not {heads} of {units}.")
        self.arguments = {
            "units": units,
            "heads": heads,
            "joined": joined,
            "dropout": dropout,
            "slope": slope,
            "vocabulary": vocabulary,
        }
        self.units, self.heads, self.joined, self.slope = units, heads, joined, slope
        self.linear = LinearMap(heads * units, vocabulary, dropout, dtype=self.dtype_policy)
        self.dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)

    def build(self, input_shape):
        """Create W, a, a' and b."""
        self.linear.build(input_shape)
        self.from_neighbour = self.add_weight(name="from_neighbour", shape=(self.heads, self.units))
        self.from_self = self.add_weight(name="from_self", shape=(self.heads, self.units))
        length = self.heads * self.units if self.joined else self.units
        self.bias = self.add_weight(name="bias", shape=(length,), initializer="zeros")

    def call(self, x, edges, training=None):
        """The new vectors of the nodes."""
        nodes = ops.shape(x)[0]
        edges = with_self_loops(edges, nodes)
        # g_j = Wᵀ dropout(x_j)
        g = ops.reshape(self.linear(x, training=training), (-1, self.heads, self.units))
        alpha = self.dropout(self.weights_of_edges(g, edges, nodes), training=training)
        # h_i = ∑_{(j, i)} α_{ji} g_j
        h = aggregate(alpha[..., None] * gather(g, edges), edges, nodes)
        h = ops.reshape(h, (-1, self.heads * self.units)) if self.joined else ops.mean(h, axis=1)
        return h + self.bias

    def weights_of_edges(self, g, edges, nodes):
        """α, shape (edges, heads)."""
        # e_{ji} = LeakyReLU(a · g_j + a' · g_i)
        sent, received = ops.sum(g * self.from_neighbour, axis=-1), ops.sum(g * self.from_self, axis=-1)
        e = ops.take(sent, edges[:, 0], axis=0) + ops.take(received, edges[:, 1], axis=0)
        return segment_softmax(ops.leaky_relu(e, self.slope), edges, nodes)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.arguments}


@keras.saving.register_keras_serializable("medl")
class GAT(NodeClassifier):
    """Two layers of graph attention.

    Z = attention(ELU(attention(x)))

    Args:
        graph, classes, vocabulary: see ``NodeClassifier``.
        units, heads: of the first layer, whose heads are joined; the second has one head.
        dropout: rate of both layers.
        decay: λ, for the matrices of both layers.
    """

    def __init__(self, graph, classes, units=8, heads=8, dropout=0.6, decay=5e-4, vocabulary=None, **kwargs):
        super().__init__(graph, classes, dropout, decay, vocabulary, **kwargs)
        self.sizes |= {"units": units, "heads": heads}
        self.first = GraphAttention(units, heads, dropout=dropout, vocabulary=vocabulary)
        self.second = GraphAttention(classes, joined=False, dropout=dropout)

    def call(self, x, training=None):
        """The logits Z, shape (nodes, classes)."""
        edges = self.graph_edges(x)
        x = ops.elu(self.first(x, edges, training=training))
        return self.second(x, edges, training=training)

    def decayed(self):
        """All weights but the biases."""
        return [w for part in (self.first, self.second) for w in part.trainable_variables if w.name != "bias"]
