"""The training step that all models with a likelihood share (§8.1)."""

import keras
from keras import ops

import course
from course.training.weighting import unweighted
from units.u07_generative.generative_model import GenerativeModel


class LikelihoodModel(GenerativeModel):
    """The training step of a model with a likelihood, whatever its networks are: maximize the mean of log p(x).

    C = −(1/n) ∑_i log p(x_i)

    A subclass defines ``log_density(x, training)``, which returns log p(x) of every sample, or a bound of it.
    p is a density, or the probability of whole numbers.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.loss_mean = keras.metrics.Mean(name="loss")

    def cost(self, x, training):
        """C of a batch."""
        return -ops.mean(self.log_density(x, training))

    def train_step(self, data):
        """Learn from one mini-batch of samples."""
        x, _ = unweighted(data)
        value, gradients = course.value_and_grad(lambda: self.cost(x, True), self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(x, value)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, _ = unweighted(data)
        return self.report(x, self.cost(x, False))

    def report(self, x, cost):
        """Add a batch to the mean and return it."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(x)[0])
        return {"loss": self.loss_mean.result()}
