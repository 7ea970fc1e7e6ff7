"""Softmax regression as a Keras model, with a training step of its own (§3.3).

Keras's ``fit`` shuffles, makes batches, counts epochs and draws the progress bar. For each batch it calls
``train_step``: predict, compute the cost, differentiate, update. The code below runs on TensorFlow, JAX and torch.
"""

import operator

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import weighted_mean
from course.validation import class_labels
from units.u02_logistic_softmax.cross_entropy import cross_entropy


@keras.saving.register_keras_serializable("medl")
class SoftmaxRegression(CheckedData, course.Model):
    """One layer of K logits, trained by cross-entropy.

    z = W x + b,   ŷ = S_softmax(z),   C(θ) = (1/n) ∑_i (log ∑_k e^{z_ik} − z_{i,y_i})

    The model returns the logits z: the cost is computed from them without overflow, and the class is
    argmax_k z_k = argmax_k ŷ_k. For probabilities apply ``softmax``.

    Args:
        classes: K.

    Shapes: x is (batch, features), y holds integers of shape (batch,) or (batch, 1), z is
    (batch, classes). The layer's kernel is Wᵀ, shape (features, classes). ``fit`` takes ``sample_weight``
    and ``class_weight``; as in Keras they weight the loss and not the accuracy.

    Example:
        >>> model = SoftmaxRegression(classes=10)
        >>> model.compile(optimizer="adam")
        >>> d = course.data.load("digits")
        >>> x, y = d.features("train"), d.labels("train")
        >>> history = model.fit(x, y, batch_size=128, epochs=10, verbose=0)
        >>> history.history["accuracy"][-1] > 0.7
        True
    """

    def __init__(self, classes, **kwargs):
        super().__init__(**kwargs)
        self.classes = classes = operator.index(classes)  # Keras takes no whole number of NumPy
        # θ = 0: every class has the probability 1/K. The cost is convex, so every start leads to the minimum.
        self.affine = keras.layers.Dense(classes, kernel_initializer="zeros")
        # Means over the batches seen so far: what the progress bar and the history show.
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.accuracy_mean = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    def call(self, x):
        """The logits z = W x + b."""
        return self.affine(x)

    def train_step(self, data):
        """Learn from one mini-batch: θ ← θ − α ∇C(θ), or what the optimizer makes of ∇C(θ)."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            z = self(x, training=True)
            # C(θ) = (1/n) ∑_i C_i(θ)
            return weighted_mean(cross_entropy(y, z), sample_weight), z

        (value, z), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        # θ ← θ − α ∇C(θ) for plain gradient descent
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, z, value)

    def test_step(self, data):
        """Compute cost and accuracy of one mini-batch without an update."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        z = self(x, training=False)
        return self.report(y, z, weighted_mean(cross_entropy(y, z), sample_weight))

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        class_labels(y, self.classes)

    def report(self, y, z, cost):
        """Add a batch to the means, weighted by its size since the last batch may be smaller; return the means."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(y)[0])
        self.accuracy_mean.update_state(y, z)
        return {"loss": self.loss_mean.result(), "accuracy": self.accuracy_mean.result()}

    def get_config(self):
        """The arguments of ``__init__``, for saving."""
        return {**super().get_config(), "classes": self.classes}
