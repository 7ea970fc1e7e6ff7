"""Several networks trained in one step, on the same mini-batches, to be compared."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData


class SideBySide(CheckedData, course.Model):
    """Independent networks that are trained on the same data.

    C(θ_1, …, θ_m) = ∑_i C_i(θ_i),   ∂C/∂θ_i = ∂C_i/∂θ_i

    An optimizer that works parameter by parameter (gradient descent, momentum, Adam) therefore trains each network as
    it would alone; but they see the same batches in the same order, and the step is compiled once.

    Args:
        members: a dictionary of names and ``FeedForward`` models.

    Shapes: x is (batch, features) and y what the members' ``cost`` takes.

    Example:
    >>> pair = SideBySide({"tanh": FeedForward([32], "tanh"), "relu": FeedForward([32], "relu")})
    >>> pair.compile(optimizer="adam")
    >>> d = course.data.load("digits")
    >>> history = pair.fit(d.features("train")[:64], d.labels("train")[:64], epochs=2, verbose=0)
    >>> len(history.history["relu_loss"])
    2
    """

    def __init__(self, members):
        super().__init__()
        if not members:
            raise ValueError("SideBySide needs at least one member.")
        self.names = list(members)
        self.members = list(members.values())
        self.means = [keras.metrics.Mean(name=f"{name}_loss") for name in members]

    def call(self, x, training=None):
        """The members' outputs, stacked: (members, batch, outputs)."""
        return ops.stack([member(x, training=training) for member in self.members])

    def train_step(self, data):
        """One step of every member."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            costs = [member.cost(y, member(x, training=True), sample_weight) for member in self.members]
            # C(θ_1, …, θ_m) = ∑_i C_i(θ_i)
            return sum(costs), costs

        (_, costs), gradients = course.value_and_grad(
            cost, self.trainable_variables, has_aux=True, unused="zeros"
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(x, costs)

    def test_step(self, data):
        """Measure every member on one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return self.report(
            x, [member.cost(y, member(x, training=False), sample_weight) for member in self.members]
        )

    def report(self, x, costs):
        """Add a batch to each member's mean cost and return the means."""
        for mean, value in zip(self.means, costs, strict=True):
            mean.update_state(value, sample_weight=ops.shape(x)[0])
        return {mean.name: mean.result() for mean in self.means}

    def check_targets(self, y):
        """Check the targets for every member; ``fit`` and ``evaluate`` call this before the first step."""
        for member in self.members:
            member.check_targets(y)

    def start_alike(self):
        """Give every member the first one's weights; the networks must have the same shapes."""
        start = self.members[0].get_weights()
        for member in self.members[1:]:
            member.set_weights(start)
