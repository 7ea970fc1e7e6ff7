"""Classify the nodes of one graph from the labels of a few of them: the whole graph is the batch (§8.5)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.validation import array, class_labels
from units.u02_logistic_softmax import cross_entropy
from units.u03_optimization.hyperparameters import check_size
from units.u10_past_present_future.graph import Graph
from units.u10_past_present_future.linear_map import LinearMap


def masked_mean(values, weights):
    """The mean over the nodes that count: ∑_i w_i v_i / ∑_i w_i, and 0 if no node counts."""
    dtype = keras.backend.result_type(values.dtype, "float32")  # 1e-9 is 0 in float16
    values, w = ops.cast(values, dtype), ops.cast(weights, dtype)
    return ops.sum(w * values) / ops.maximum(ops.sum(w), 1e-9)


@keras.saving.register_keras_serializable("medl")
class NodeClassifier(CheckedData, course.Model):
    """The training step of all networks on one graph.

    C(θ) = ∑_i w_i C_i(θ) / ∑_i w_i + (λ/2) ∑ ‖W‖²,   w_i = 1 for a labelled node, otherwise 0

    The features of all nodes go in at once, so nodes without a label still send messages. ``fit`` therefore takes the
    whole graph as its only batch, in its order. A node without a label has any class in y and the weight 0::

        model.fit(x, y, sample_weight=labelled, epochs=200)
        model.evaluate(x, y, sample_weight=tested, return_dict=True)["accuracy"]

    A subclass defines ``call``, and ``decayed`` if it has a penalty.

    Args:
        graph: a ``Graph``.
        classes: number of logits.
        dropout: rate.
        decay: λ, for the matrices that ``decayed`` lists.
        vocabulary: number of different words, if x holds the words of each node (see ``LinearMap``); None for features.

    Shapes: x (nodes, features) or (nodes, words), y and w (nodes,), logits (nodes, classes).

    Raises:
        ValueError: the batch is not the whole graph, in its order.
    """

    def __init__(self, graph, classes, dropout=0.5, decay=5e-4, vocabulary=None, **kwargs):
        super().__init__(**kwargs)
        graph, classes = Graph.of(graph), check_size("classes", classes)
        self.sizes = {"graph": graph.config(), "classes": classes, "dropout": dropout, "decay": decay}
        self.sizes |= {"vocabulary": vocabulary}
        self.classes, self.decay = classes, decay
        self.edges, self.nodes = graph.edges, graph.nodes

    def graph_edges(self, x):
        """The edges as a tensor, after a look at the number of rows of x."""
        if x.shape[0] not in (None, self.nodes):
            raise ValueError(
                f"The graph has {self.nodes} nodes, but x has {x.shape[0]} rows: give the whole graph."
            )
        return ops.convert_to_tensor(self.edges)

    def decayed(self):
        """The matrices W of the penalty."""
        return []

    def cost(self, y, z, weights):
        """C(θ)."""
        # ∑_i w_i C_i(θ) / ∑_i w_i
        data = masked_mean(cross_entropy(y, z), weights)
        # (λ/2) ∑ ‖W‖²
        return data + self.decay / 2 * sum(ops.sum(ops.square(W)) for W in self.decayed())

    def train_step(self, data):
        """Learn from the labelled nodes of the graph."""
        x, y, weights = self.unpacked(data)

        def cost():
            z = self(x, training=True)
            return self.cost(y, z, weights), z

        (value, z), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, z, weights, value)

    def test_step(self, data):
        """Measure on the nodes that have a weight."""
        x, y, weights = self.unpacked(data)
        z = self(x, training=False)
        return self.report(y, z, weights, self.cost(y, z, weights))

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        try:
            class_labels(y, self.classes)
        except ValueError as problem:
            none = " Give a node without a label any class, such as 0, and the weight 0."
            raise ValueError(f"{problem}{none if np.any(y == -1) else ''}") from None

    def check_inputs(self, x):
        """Look at the numbers of words, if x holds such; ``fit`` and ``predict`` call this before the first step."""
        vocabulary = self.sizes["vocabulary"]
        if vocabulary is not None:
            x = array(x)
            whole = np.array_equal(x, np.round(x))
            if not whole or x.min(initial=0) < -1 or x.max(initial=0) >= vocabulary:
                raise ValueError(
                    f"x must hold numbers of words from 0 to {vocabulary - 1}, and −1 where a row is shorter."
                )

    def fit(self, x, y=None, **kwargs):
        """As Keras's ``fit``; a batch is the whole graph and is not shuffled."""
        self._whole(kwargs, "batch_size", "validation_batch_size")
        if kwargs.setdefault("shuffle", False):
            raise ValueError("A batch is the whole graph in its own order: leave shuffle out.")
        return super().fit(x, y, **kwargs)

    def evaluate(self, x, y=None, **kwargs):
        """As Keras's ``evaluate``; a batch is the whole graph."""
        self._whole(kwargs)
        return super().evaluate(x, y, **{"verbose": 0, **kwargs})

    def predict(self, x, **kwargs):
        """As Keras's ``predict``; a batch is the whole graph. Logits of shape (nodes, classes)."""
        self._whole(kwargs)
        return super().predict(x, **{"verbose": 0, **kwargs})

    def _whole(self, options, *names):
        """Set the sizes of batches, or find them right."""
        for name in names or ("batch_size",):
            if options.setdefault(name, self.nodes) != self.nodes:
                raise ValueError(f"A batch is the whole graph in its own order: leave {name} out.")

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes}

    def unpacked(self, data):
        """x, y of shape (nodes,), and the weights w, which are 1 if none were given."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        y = ops.reshape(y, (-1,))
        return x, y, ops.ones_like(y, "float32") if weights is None else ops.reshape(weights, (-1,))

    def report(self, y, z, weights, cost):
        """The cost and the share of right classes."""
        right = ops.cast(
            ops.equal(ops.cast(ops.argmax(z, axis=-1), "int32"), ops.cast(y, "int32")), "float32"
        )
        return {"loss": cost, "accuracy": masked_mean(right, weights)}


@keras.saving.register_keras_serializable("medl")
class NodeMLP(NodeClassifier):
    """A network with one hidden layer that looks at the features of each node and not at the edges.

    Z = dropout(ReLU(dropout(x) W⁰ + b⁰)) W¹ + b¹

    Args:
        units: width of the hidden layer.
        others: see ``NodeClassifier``.
    """

    def __init__(self, graph, classes, units=16, dropout=0.5, decay=5e-4, vocabulary=None, **kwargs):
        super().__init__(graph, classes, dropout, decay, vocabulary, **kwargs)
        self.sizes |= {"units": units}
        self.hidden = LinearMap(units, vocabulary, dropout)
        self.logits = LinearMap(classes, dropout=dropout)
        self.biases = [
            self.add_weight(name="bias", shape=(n,), initializer="zeros") for n in (units, classes)
        ]

    def call(self, x, training=None):
        """The logits Z, shape (nodes, classes)."""
        x = ops.relu(self.hidden(x, training=training) + self.biases[0])
        return self.logits(x, training=training) + self.biases[1]

    def decayed(self):
        """W⁰."""
        return [self.hidden.kernel]
