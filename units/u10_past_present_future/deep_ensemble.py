"""Deep ensembles and MC dropout: several networks at once, trained in one step (§8.5)."""

from itertools import pairwise

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import weighted_mean
from course.validation import class_labels
from units.u02_logistic_softmax import cross_entropy
from units.u03_optimization.hyperparameters import check_size, check_sizes


@keras.saving.register_keras_serializable("medl")
class DeepEnsemble(CheckedData, course.Model):
    """M feed-forward networks that start differently and see the same batches.

    a_m^l = ReLU(dropout(a_m^{l−1}) W_m^l + b_m^l),   z_m = a_m^{L−1} W_m^L + b_m^L,   C(θ) = ∑_m C_m(θ_m)

    The kernels of all members are one array with an axis of members, so one product computes all of them. The cost is a
    sum of costs that share no weight: each member learns as if it were alone.

    Args:
        members: M; 1 for a single network.
        units: widths of the hidden layers.
        classes: number of logits.
        dropout: rate, before every layer but the first.

    Shapes: x (batch, features), logits (batch, members, classes), y (batch,). ``fit`` takes ``sample_weight``.

    References: Lakshminarayanan, Pritzel and Blundell, "Simple and scalable predictive uncertainty estimation using
    deep ensembles" (2017).
    """

    def __init__(self, members, units, classes, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        members, classes = check_size("members", members), check_size("classes", classes)
        units = check_sizes("units", units)
        self.sizes = {"members": members, "units": units, "classes": classes, "dropout": dropout}
        self.classes, self.members = classes, members
        self.dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.accuracy_mean = keras.metrics.Mean(name="accuracy")

    def build(self, input_shape):
        """Create the weights of all members, each of variance 2 / fan-in."""
        widths = [input_shape[-1], *self.sizes["units"], self.classes]
        self.kernels, self.biases = [], []
        for place, (before, after) in enumerate(pairwise(widths)):
            start = keras.initializers.RandomNormal(stddev=(2 / before) ** 0.5)
            shape = (self.members, before, after)
            self.kernels.append(self.add_weight(name=f"kernel_{place}", shape=shape, initializer=start))
            self.biases.append(
                self.add_weight(name=f"bias_{place}", shape=(self.members, after), initializer="zeros")
            )

    def features(self, x, training=None):
        """a^{L−1}, what the last layer sees, shape (batch, members, units); x itself without a hidden layer."""
        x = ops.cast(x, self.kernels[0].dtype)
        if len(self.kernels) == 1:
            return ops.repeat(x[:, None], self.members, axis=1)
        a = ops.einsum("bf,mfu->bmu", x, self.kernels[0]) + self.biases[0]
        for W, b in zip(self.kernels[1:-1], self.biases[1:-1], strict=True):
            # a_m^l = ReLU(dropout(a_m^{l−1}) W_m^l + b_m^l)
            a = ops.einsum("bmf,mfu->bmu", self.dropout(ops.relu(a), training=training), W) + b
        return ops.relu(a)

    def call(self, x, training=None):
        """The logits z, shape (batch, members, classes)."""
        a = self.features(x, training=training)
        if len(self.kernels) > 1:
            a = self.dropout(a, training=training)
        return ops.einsum("bmf,mfu->bmu", a, self.kernels[-1]) + self.biases[-1]

    def probabilities(self, x):
        """p_m of all members without dropout, a NumPy array of shape (members, batch, classes)."""
        z = self.predict(x, verbose=0, batch_size=1024)
        return ops.convert_to_numpy(ops.softmax(ops.convert_to_tensor(z))).swapaxes(0, 1)

    def train_step(self, data):
        """Learn from one mini-batch, all members at once."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            z = self(x, training=True)
            # C(θ) = ∑_m C_m(θ_m)
            return sum(
                weighted_mean(cross_entropy(y, z[:, m]), sample_weight) for m in range(self.members)
            ), z

        (value, z), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, z, value)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        z = self(x, training=False)
        cost = sum(weighted_mean(cross_entropy(y, z[:, m]), sample_weight) for m in range(self.members))
        return self.report(y, z, cost)

    def report(self, y, z, cost):
        """The mean cost of a member, and the accuracy of the mean of the members' probabilities."""
        self.loss_mean.update_state(cost / self.members, sample_weight=ops.shape(y)[0])
        chosen = ops.cast(ops.argmax(ops.mean(ops.softmax(z), axis=1), axis=-1), "int32")
        self.accuracy_mean.update_state(ops.equal(chosen, ops.cast(ops.reshape(y, (-1,)), "int32")))
        return {"loss": self.loss_mean.result(), "accuracy": self.accuracy_mean.result()}

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        class_labels(y, self.classes)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes}
