"""The feedforward network with one number as output and the squared cost: it fits functions (§5.1, §5.4)."""

import keras
from keras import ops

from course.training.weighting import weighted_mean
from course.validation import numbers, targets
from units.u04_feedforward.feed_forward import FeedForward


@keras.saving.register_keras_serializable("medl")
class Regressor(FeedForward):
    """``FeedForward`` for y ∈ ℝ.

    C(θ) = (1/n) ∑_i (f(x_i; θ) − y_i)²

    Args:
        widths, activation, …: as in ``FeedForward``; there is one output.

    Shapes: x is (batch, features), y is (batch,) or (batch, 1), the output is (batch, 1).
    """

    def __init__(self, widths, activation="tanh", **kwargs):
        kwargs["classes"] = 1
        super().__init__(widths, activation, **kwargs)

    def cost(self, y, z, sample_weight=None):
        """C(θ): the mean of the squares, and the penalties."""
        f = z[:, 0]
        # C(θ) = (1/n) ∑_i (f(x_i; θ) − y_i)² + penalties
        return weighted_mean((f - targets(y, f)) ** 2, sample_weight) + sum(self.losses)

    def check_targets(self, y):
        """Check the targets; ``fit`` and ``evaluate`` call this before the first step."""
        numbers(y)

    def report(self, y, z, cost):
        """Add a batch to the mean of the cost; there is no accuracy."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(y)[0])
        return {"loss": self.loss_mean.result()}
