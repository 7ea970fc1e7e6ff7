"""The training step of a classifier, whatever network computes its logits (§5.1)."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import weighted_mean
from course.validation import class_labels
from units.u02_logistic_softmax import cross_entropy
from units.u03_optimization.hyperparameters import check_size


@keras.saving.register_keras_serializable("medl")
class Classifier(CheckedData, course.Model):
    """A network that returns logits, trained with the cross-entropy.

    C(θ) = (1/n) ∑_i C_i(θ) + penalties

    Args:
        network: any Keras layer or model that maps x to logits; None for a subclass with a ``call`` of its own.
        classes: number of logits.

    Shapes: x is what the network takes, y holds integers (batch,) or (batch, 1), the output is (batch, classes).
    ``fit`` takes ``sample_weight`` and ``class_weight``; as in Keras they weight the loss and not the accuracy.

    Example:
    >>> model = Classifier(keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)]), classes=10)
    >>> model.compile(optimizer="adam")
    >>> d = course.data.load("digits")
    >>> history = model.fit(d.images("train")[:64], d.labels("train")[:64], epochs=2, verbose=0)
    """

    def __init__(self, network=None, classes=10, **kwargs):
        super().__init__(**kwargs)
        self.classes = check_size("classes", classes)
        self.network = network
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.accuracy_mean = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    def call(self, x, training=None):
        """The logits."""
        return self.network(x, training=training)

    def cost(self, y, z, sample_weight=None):
        """C(θ): the mean cross-entropy of the batch, and the penalties."""
        # C(θ) = (1/n) ∑_i C_i(θ) + penalties
        return weighted_mean(cross_entropy(y, z), sample_weight) + sum(self.losses)

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        class_labels(y, self.classes)

    def train_step(self, data):
        """Learn from one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            z = self(x, training=True)
            return self.cost(y, z, sample_weight), z

        (value, z), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, z, value)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        z = self(x, training=False)
        return self.report(y, z, self.cost(y, z, sample_weight))

    def report(self, y, z, cost):
        """Add a batch to the means and return them."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(y)[0])
        self.accuracy_mean.update_state(y, z)
        return {"loss": self.loss_mean.result(), "accuracy": self.accuracy_mean.result()}

    def get_config(self):
        """The arguments of ``__init__``."""
        network = None if self.network is None else keras.saving.serialize_keras_object(self.network)
        return {**super().get_config(), "network": network, "classes": self.classes}

    @classmethod
    def from_config(cls, config):
        """Make a model from ``get_config``."""
        return cls(
            **{
                name: keras.saving.deserialize_keras_object(v) if isinstance(v, dict) else v
                for name, v in config.items()
            }
        )
