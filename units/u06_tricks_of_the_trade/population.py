"""Many small networks with settings of their own, trained in one step: what a search evaluates."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import unweighted
from course.validation import class_labels

NAMES = ("hidden_weights", "hidden_bias", "output_weights", "output_bias")


class Population(CheckedData, course.Model):
    """Networks with one hidden layer, stacked along an axis of members, each with its own settings.

    a = tanh(x W + b),   logits = a W' + b',   m ← β m − α g,   W ← W + m − α δ W

    The costs of the members are added up; no weight belongs to two members, so each gets the gradient of its own cost.
    A member with fewer hidden units than the widest has zeros in place of the others. A member that diverges does not
    disturb the others.

    Args:
        members: how many networks.
        inputs, classes: sizes of x and of the logits.
        width: the largest number of hidden units.
        momentum: β.

    Shapes: x is (batch, inputs), y holds integers (batch,) or (batch, 1), the output is (batch, members, classes).
    """

    def __init__(self, members, inputs, classes, width, momentum=0.9):
        super().__init__()
        self.members, self.classes, self.width, self.momentum = members, classes, width, momentum
        shapes = (
            (members, inputs, width),
            (members, 1, width),
            (members, width, classes),
            (members, 1, classes),
        )
        self.weights_of = [
            self.add_weight(shape=shape, initializer="zeros", name=name)
            for shape, name in zip(shapes, NAMES, strict=True)
        ]
        self.velocities = [
            self.add_weight(shape=shape, initializer="zeros", trainable=False, name=f"velocity_{name}")
            for shape, name in zip(shapes, NAMES, strict=True)
        ]
        self.rate, self.decay = (
            self.add_weight(shape=(members, 1, 1), initializer="zeros", trainable=False, name=name)
            for name in ("rate", "decay")
        )
        self.units = self.add_weight(
            shape=(members, 1, width), initializer="ones", trainable=False, name="units"
        )
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.built = True

    def call(self, x):
        """The logits of every member."""
        W, b, W_out, b_out = self.weights_of
        # a = tanh(x W + b), and 0 for the units that a member does not have
        a = self.units * ops.tanh(ops.matmul(x[None], W) + b)
        return ops.transpose(ops.matmul(a, W_out) + b_out, (1, 0, 2))

    def costs(self, x, y):
        """The mean cross-entropy of every member, shape (members,)."""
        targets = ops.one_hot(class_labels(y, self.classes), self.classes)[:, None]
        return -ops.mean(ops.sum(targets * ops.log_softmax(self(x), axis=-1), axis=-1), axis=0)

    def train_step(self, data):
        """One step of every member on the same mini-batch."""
        x, y = unweighted(data)
        value, gradients = course.value_and_grad(lambda: ops.sum(self.costs(x, y)), self.weights_of)
        for W, m, g in zip(self.weights_of, self.velocities, gradients, strict=True):
            # m ← β m − α g,   W ← W + m − α δ W
            m.assign(self.momentum * m - self.rate * g)
            W.assign(W + m - self.rate * self.decay * W)
        return self.report(value, x)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, y = unweighted(data)
        return self.report(ops.sum(self.costs(x, y)), x)

    def report(self, cost, x):
        """The sum of the members' costs, its mean over all batches of the epoch."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(x)[0])
        return {"loss": self.loss_mean.result()}

    def check_targets(self, y):
        """Check the labels; ``fit`` calls this before the first step."""
        class_labels(y, self.classes)

    def state(self):
        """Weights and velocities of every member, a list of arrays with the members first."""
        return [ops.convert_to_numpy(v) for v in (*self.weights_of, *self.velocities)]

    def begin(self, states, learning_rates, decays, widths):
        """Set every member's state and settings."""
        for v, values in zip((*self.weights_of, *self.velocities), zip(*states, strict=True), strict=True):
            v.assign(np.stack(values))
        self.rate.assign(np.reshape(learning_rates, (-1, 1, 1)))
        self.decay.assign(np.reshape(decays, (-1, 1, 1)))
        self.units.assign(np.arange(self.width) < np.reshape(widths, (-1, 1, 1)))
