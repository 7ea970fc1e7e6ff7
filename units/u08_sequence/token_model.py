"""What all models share whose cost is a mean over tokens: the mean, the training step and the evaluation (§7.1)."""

import keras
from keras import ops

import course
from units.u08_sequence.tokens import PAD


@course.fused
def token_cross_entropy(logits, targets, counted=None):
    """Mean cross-entropy of the tokens that count, and their number.

    C = −(1/n) ∑ log p(w_t),   over the n tokens of the batch that count

    Args:
        logits: shape (batch, steps, vocabulary).
        targets: token numbers, shape (batch, steps).
        counted: booleans, shape (batch, steps); None for all targets that are not padding.

    Returns:
        C and n, tensors of shape (). If no token counts, both are 0.
    """
    counted = ops.not_equal(targets, PAD) if counted is None else counted
    logits = ops.cast(logits, "float32")
    each = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True)
    number = ops.sum(ops.cast(counted, "float32"))
    return ops.sum(ops.where(counted, each, 0.0)) / ops.maximum(number, 1.0), number


class TokenModel(course.Model):
    """A model that is trained on the mean cost of tokens, and evaluated by it, in nats for a token.

    A subclass defines ``cost(data, training)``.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.nats = keras.metrics.Mean(name="nats")

    def cost(self, data, training):
        """C of a batch, the number of tokens that count, and what else ``report`` takes."""
        raise NotImplementedError(f"{type(self).__name__} needs a method cost(self, data, training).")

    def report(self, value, number):
        """Add a batch to the mean over all tokens so far, and return the numbers of the logs."""
        self.nats.update_state(value, sample_weight=number)
        return {"loss": self.nats.result()}

    def train_step(self, data):
        """One update; the reported loss is the mean over the tokens of the epoch."""

        def scaled():
            found = self.cost(data, training=True)
            return self.optimizer.scale_loss(found[0]), found

        variables = self.trainable_variables
        (_, found), gradients = course.value_and_grad(scaled, variables, has_aux=True)
        self.optimizer.apply(gradients, variables)
        return self.report(*found)

    def test_step(self, data):
        """The same cost, without a change of the weights."""
        return self.report(*self.cost(data, training=False))
