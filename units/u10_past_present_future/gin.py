"""Graph isomorphism network: sums that tell apart what colour refinement tells apart (§8.5, ☆)."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import weighted_mean
from course.validation import array, class_labels
from units.u02_logistic_softmax import cross_entropy
from units.u03_optimization.hyperparameters import check_size
from units.u10_past_present_future.graph import checked_edges
from units.u10_past_present_future.message_passing import aggregate, gather


@keras.saving.register_keras_serializable("medl")
class IsomorphismLayer(keras.layers.Layer):
    """One round: a node adds up its neighbours, and a small network makes the new vector.

    h_i = MLP((1 + ε) x_i + ∑_{(j, i)} x_j)

    A sum knows how often a neighbour's vector occurs. A mean does not, and a maximum knows even less.

    Args:
        units: width of both layers of the MLP.
        how: "sum" for the network of the paper; "mean" and "max" to compare with.

    Shapes: x (nodes, features), edges (edges, 2), output (nodes, units). ε is a weight that begins at 0.

    References: Xu, Hu, Leskovec and Jegelka, "How powerful are graph neural networks?" (2019).
    """

    def __init__(self, units, how="sum", **kwargs):
        super().__init__(**kwargs)
        self.units, self.how = units, how

    def build(self, input_shape):
        """Create ε and the MLP."""
        self.epsilon = self.add_weight(name="epsilon", shape=(), initializer="zeros")
        self.inner = keras.layers.Dense(self.units, activation="tanh", dtype=self.dtype_policy)
        self.outer = keras.layers.Dense(self.units, activation="tanh", dtype=self.dtype_policy)
        self.inner.build(tuple(input_shape))
        self.outer.build((input_shape[0], self.units))

    def call(self, x, edges):
        """MLP((1 + ε) x_i + ∑_{(j, i)} x_j)."""
        x = ops.cast(x, self.compute_dtype)  # whole numbers: ε is none
        received = aggregate(gather(x, edges), edges, ops.shape(x)[0], self.how)
        return self.outer(self.inner((1 + ops.cast(self.epsilon, x.dtype)) * x + received))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "units": self.units, "how": self.how}


@keras.saving.register_keras_serializable("medl")
class GIN(CheckedData, course.Model):
    """Classify whole graphs: rounds of message passing, and the sum over the nodes as readout.

    g = ∑_i (x_i, h_i¹, …, h_i^L),   z = W g + b

    A batch of graphs is computed as one graph without edges between them.

    Args:
        classes: number of logits.
        units: width.
        rounds: L.
        how: how neighbours are put together, see ``IsomorphismLayer``.

    Shapes: the input is a pair: x (batch, nodes, features), and edges (batch, edges, 2) with both directions of every
    pair. A graph with fewer edges has rows (0, 0) at the end, which are ignored (a graph has no self loops). y holds
    integers (batch,), the logits have shape (batch, classes). ``fit`` takes ``sample_weight``
    (batch,).

    Raises:
        ValueError: an edge has another number than those of the graph's nodes; −1 does not fill a row.
    """

    def __init__(self, classes, units=16, rounds=3, how="sum", **kwargs):
        super().__init__(**kwargs)
        classes, units, rounds = check_size("classes", classes), check_size("units", units), int(rounds)
        self.sizes = {"classes": classes, "units": units, "rounds": rounds, "how": how}
        self.steps = [IsomorphismLayer(units, how) for _ in range(rounds)]
        self.last = keras.layers.Dense(classes)
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.accuracy_mean = keras.metrics.Mean(name="accuracy")

    def build(self, input_shape):
        """Create all weights; the shapes are those of x and of the edges."""
        features = input_shape[0][-1]
        for step, length in zip(
            self.steps, [features] + [self.sizes["units"]] * len(self.steps), strict=False
        ):
            step.build((None, length))
        self.last.build((None, features + len(self.steps) * self.sizes["units"]))

    def embed(self, inputs):
        """g, one vector for each graph, shape (batch, features + rounds · units)."""
        x, edges = inputs
        x = ops.cast(x, self.compute_dtype)
        batch, nodes = ops.shape(x)[0], x.shape[1]
        # one more node takes the edges that are only there to fill the rows
        x, flat = (
            ops.reshape(ops.pad(x, [(0, 0), (0, 1), (0, 0)]), (-1, x.shape[-1])),
            ops.cast(edges, "int32"),
        )
        filled = ops.all(flat == 0, axis=-1, keepdims=True)
        flat = ops.where(filled, nodes, flat) + ops.arange(batch, dtype="int32")[:, None, None] * (nodes + 1)
        flat, parts = ops.reshape(flat, (-1, 2)), [x]
        for step in self.steps:
            parts.append(step(parts[-1], flat))
        h = ops.reshape(ops.concatenate(parts, axis=-1), (batch, nodes + 1, -1))
        # g = ∑_i (x_i, h_i¹, …, h_i^L)
        return ops.sum(h[:, :nodes], axis=1)

    def call(self, inputs):
        """The logits."""
        return self.last(self.embed(inputs))

    def train_step(self, data):
        """Learn from a batch of graphs."""
        inputs, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            z = self(inputs, training=True)
            return weighted_mean(cross_entropy(y, z), sample_weight), z

        (value, z), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, z, value)

    def test_step(self, data):
        """Measure on a batch of graphs."""
        inputs, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        z = self(inputs, training=False)
        return self.report(y, z, weighted_mean(cross_entropy(y, z), sample_weight))

    def check_inputs(self, x):
        """Look at the edges: one that leaves its graph would reach another graph of the batch."""
        x, edges = x
        x, edges = array(x), array(edges)
        if x.ndim != 3 or edges.ndim != 3 or len(edges) != len(x):
            raise ValueError(
                "The inputs are x (batch, nodes, features) and edges (batch, edges, 2), not arrays of the shapes "
                f"{x.shape} and {edges.shape}."
            )
        checked_edges(edges.reshape(-1, edges.shape[-1]), x.shape[1])

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        class_labels(y, self.sizes["classes"])

    def report(self, y, z, cost):
        """The mean cost and the share of right classes, over all batches of the epoch."""
        right = ops.equal(ops.cast(ops.argmax(z, axis=-1), "int32"), ops.cast(ops.reshape(y, (-1,)), "int32"))
        self.loss_mean.update_state(cost, sample_weight=ops.shape(z)[0])
        self.accuracy_mean.update_state(right)
        return {"loss": self.loss_mean.result(), "accuracy": self.accuracy_mean.result()}

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes}
