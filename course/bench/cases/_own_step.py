"""The training step of a classifier, written once, for the cases that train one by a step of their own."""

import keras
from keras import ops

import course


class OwnStep(course.Model):
    """A model whose step is the cross-entropy of its logits, the gradients and the update.

    The labels may have more axes than the batch: of a language model each token has one.
    """

    def __init__(self):
        super().__init__()
        self.mean_loss = keras.metrics.Mean(name="loss")

    def train_step(self, data):
        """One update of all weights."""
        x, y = data

        def loss():
            logits = self(x, training=True)
            return ops.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.mean_loss.update_state(value)
        return {"loss": self.mean_loss.result()}
