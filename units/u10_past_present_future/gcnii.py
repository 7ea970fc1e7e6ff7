"""A deep graph convolutional network: each layer sees the first features, and its matrix is near the identity (☆)."""

import math

import keras
from keras import ops

from units.u10_past_present_future.gcn import inverse_root_degrees, propagate
from units.u10_past_present_future.linear_map import LinearMap
from units.u10_past_present_future.node_classifier import NodeClassifier


@keras.saving.register_keras_serializable("medl")
class InitialResidualConvolution(keras.layers.Layer):
    """A graph convolution with an initial residual and an identity mapping.

    P = (1 − γ) Â H + γ H⁰,   output = ReLU((1 − β) P + β P W)

    Args:
        teleport: γ, the share of the first vectors.
        strength: β, how much W changes.

    Shapes: H and H⁰ (nodes, units), edges (edges, 2), W (units, units), output (nodes, units).

    References: Chen et al., "Simple and deep graph convolutional networks" (2020).
    """

    def __init__(self, teleport, strength, **kwargs):
        super().__init__(**kwargs)
        self.teleport, self.strength = teleport, strength

    def build(self, input_shape, *others):
        """Create W."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], input_shape[-1]))

    def call(self, h, first, edges, scale=None):
        """ReLU((1 − β) P + β P W); ``scale`` as in ``propagate``."""
        # P = (1 − γ) Â H + γ H⁰
        P = (1 - self.teleport) * propagate(h, edges, scale) + self.teleport * first
        return ops.relu((1 - self.strength) * P + self.strength * ops.matmul(P, self.kernel))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "teleport": self.teleport, "strength": self.strength}


@keras.saving.register_keras_serializable("medl")
class GCNII(NodeClassifier):
    """A dense layer, L initial residual convolutions, a dense layer.

    H⁰ = ReLU(dropout(x) W_in),   H^l with β_l = log(1 + η / l) for l = 1, …, L,   Z = dropout(H^L) W_out + b_out

    Args:
        graph, classes, vocabulary: see ``NodeClassifier``.
        units: width.
        depth: L.
        dropout: rate, before every layer.
        decay: λ, for the matrices of the convolutions.
        teleport: γ.
        eta: η; deeper layers change less.

    Raises:
        ValueError: the depth is below 1, γ is not in [0, 1], or η is not positive.
    """

    def __init__(
        self,
        graph,
        classes,
        units=64,
        depth=8,
        dropout=0.6,
        decay=1e-2,
        teleport=0.1,
        eta=0.5,
        vocabulary=None,
        **kwargs,
    ):
        super().__init__(graph, classes, dropout, decay, vocabulary, **kwargs)
        if depth < 1 or not 0 <= teleport <= 1 or not eta > 0:
            raise ValueError(
                f"depth is at least 1, teleport in [0, 1] and eta positive, not {depth}, {teleport} and {eta}."
            )
        self.sizes |= {"units": units, "depth": depth, "teleport": teleport, "eta": eta}
        self.first = LinearMap(units, vocabulary, dropout)
        self.dropout = keras.layers.Dropout(dropout)
        self.last = keras.layers.Dense(self.classes)
        # β_l = log(1 + η / l)
        self.steps = [
            InitialResidualConvolution(teleport, math.log(1 + eta / place)) for place in range(1, depth + 1)
        ]

    def call(self, x, training=None):
        """The logits Z, shape (nodes, classes)."""
        edges = self.graph_edges(x)
        scale = inverse_root_degrees(edges, self.nodes, self.compute_dtype)
        first = h = ops.relu(self.first(x, training=training))
        for step in self.steps:
            h = step(self.dropout(h, training=training), first, edges, scale)
        return self.last(self.dropout(h, training=training))

    def decayed(self):
        """The matrices of the convolutions."""
        return [step.kernel for step in self.steps]
