"""Predict first, then propagate: many steps of personalized PageRank without further weights (§8.5, ☆)."""

import keras
from keras import ops

from course.validation import floats
from units.u10_past_present_future.gcn import inverse_root_degrees, propagate
from units.u10_past_present_future.node_classifier import NodeMLP


def personalized_propagation(h, edges, steps=10, teleport=0.1):
    """Mix the vectors of neighbours again and again, and return a little to the node's own one each time.

    z⁰ = h,   z^{k+1} = (1 − γ) Â z^k + γ h

    With k → ∞ this becomes z = γ (I − (1 − γ) Â)^{−1} h: a node takes from all nodes, the more the nearer they are, and
    never loses its own vector. That is why depth does no harm here.

    Args:
        h: shape (nodes, classes).
        edges: both directions of every pair, integers of shape (edges, 2).
        steps: number of steps K.
        teleport: γ in (0, 1], the share of h.

    Returns:
        z^K, shape (nodes, classes).

    Raises:
        ValueError: γ is not in (0, 1], or the number of steps is negative.

    References: Gasteiger, Bojchevski and Günnemann, "Predict then propagate" (2019).
    """
    _check(steps, teleport)
    z = h = floats(h)
    scale = inverse_root_degrees(edges, ops.shape(h)[0], h.dtype)
    for _ in range(steps):
        # z^{k+1} = (1 − γ) Â z^k + γ h
        z = (1 - teleport) * propagate(z, edges, scale) + teleport * h
    return z


def _check(steps, teleport):
    if not 0 < teleport <= 1 or steps < 0 or steps != int(steps):
        raise ValueError(
            f"teleport is in (0, 1] and steps a whole number of at least 0, not {teleport} and {steps}."
        )


@keras.saving.register_keras_serializable("medl")
class APPNP(NodeMLP):
    """A network for each node alone, whose logits are propagated.

    Z = personalized_propagation(MLP(x))

    Args:
        steps, teleport: of the propagation.
        others: see ``NodeMLP``.
    """

    def __init__(
        self,
        graph,
        classes,
        units=64,
        dropout=0.5,
        decay=5e-4,
        steps=10,
        teleport=0.1,
        vocabulary=None,
        **kwargs,
    ):
        super().__init__(graph, classes, units, dropout, decay, vocabulary, **kwargs)
        _check(steps, teleport)
        self.sizes |= {"steps": steps, "teleport": teleport}

    def call(self, x, training=None):
        """The logits Z, shape (nodes, classes)."""
        h = ops.convert_to_tensor(super().call(x, training=training))
        return personalized_propagation(h, self.graph_edges(x), self.sizes["steps"], self.sizes["teleport"])
