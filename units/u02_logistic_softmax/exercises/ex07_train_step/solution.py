"""A training step of your own, which runs on TensorFlow, JAX and torch."""

import keras
from keras import ops

import course


class PenalizedSoftmax(course.Model):
    """Softmax regression with a penalty on its weights: logits z = W x + b.

    Args:
        classes: K.
        penalty: λ ≥ 0.
    """

    # given
    def __init__(self, classes, penalty):
        super().__init__()
        self.penalty = penalty
        self.affine = keras.layers.Dense(classes, kernel_initializer="zeros")

    # given
    def call(self, x):
        """The logits, shape (batch, classes)."""
        return self.affine(x)

    def train_step(self, data):
        """Update the model on one mini-batch.

        C(θ) = (1/B) ∑_i (log ∑_k e^{z_ik} − z_{i,y_i}),   P(θ) = C(θ) + (λ/2) ‖W‖²
        θ ← what ``self.optimizer`` makes of θ and ∇P(θ)

        Args:
            data: ``(x, y)`` of shapes (batch, features) and (batch,); y holds integers.

        Returns:
            ``{"loss": P(θ), "cross_entropy": C(θ)}``, with the θ before the update.
        """
        x, y = data

        def cost():
            z = self(x, training=True)
            fit = ops.mean(keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True))
            return fit + self.penalty / 2 * ops.sum(ops.square(self.affine.kernel)), fit

        (value, fit), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value, "cross_entropy": fit}
