"""The perceptron of 1958 for several classes: it learns from its mistakes only (§1.1)."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import unweighted
from course.validation import class_labels, features


@keras.saving.register_keras_serializable("medl")
class MulticlassPerceptron(CheckedData, course.Model):
    """A linear classifier with the perceptron's rule.

    z = x W,   k = the wrong class with the largest z_k;   where z_k ≥ z_y:   w_y ← w_y + η x,   w_k ← w_k − η x

    Unit 2 has the rule for two classes. This is Kesler's construction for more: the kernel has one column for each
    class, a right answer changes nothing, and a mistake moves two columns. With batches of more than one sample the
    changes of the batch are added. There is no bias; a constant feature takes its place.

    The rule needs no derivative. It is a step of gradient descent on the cost max(0, z_k − z_y).

    Args:
        features: number of inputs.
        classes: number of columns.
        learning_rate: η > 0. It scales W and changes no decision, since W begins at 0.

    Shapes: x is (batch, features), y holds integers (batch,), the output z is (batch, classes).

    Raises:
        ValueError: fewer than two classes, no feature, a learning rate that is not positive, weights of samples, or
            inputs that are not finite.

    References: Rosenblatt, "The perceptron" (1958); Duda and Hart, "Pattern classification and scene analysis" (1973),
    section 5.12.
    """

    def __init__(self, features, classes, learning_rate=1.0, **kwargs):
        super().__init__(**kwargs)
        if features < 1 or classes < 2 or not learning_rate > 0:
            raise ValueError(
                "The perceptron needs at least one feature, two classes and a positive learning rate, not "
                f"{features}, {classes} and {learning_rate}."
            )
        self.features, self.classes, self.learning_rate = features, classes, learning_rate
        self.W = self.add_weight(name="W", shape=(features, classes), initializer="zeros")
        self.mistakes = keras.metrics.Sum(name="mistakes")
        self.accuracy_mean = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    def call(self, x):
        """z = x W."""
        return ops.matmul(x, self.W)

    def check_inputs(self, x):
        """Check the inputs: with NaN no score is the larger one, and a mistake would not be seen."""
        features(x, columns=self.features)

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        class_labels(y, self.classes)

    def train_step(self, data):
        """Learn from the mistakes of one batch."""
        x, y = unweighted(data)
        y = class_labels(y)
        z = self(x)
        truth = ops.one_hot(y, self.classes, dtype=z.dtype)
        # k = the wrong class with the largest z_k
        others = ops.where(truth > 0, float("-inf"), z)
        rival = ops.one_hot(ops.argmax(others, axis=-1), self.classes, dtype=z.dtype)
        mistake = ops.cast(ops.max(others, axis=-1) >= ops.sum(truth * z, axis=-1), z.dtype)
        # where z_k ≥ z_y:   w_y ← w_y + η x,   w_k ← w_k − η x
        change = (truth - rival) * mistake[:, None]
        self.W.assign_add(self.learning_rate * ops.matmul(ops.transpose(x), change))
        self.mistakes.update_state(mistake)
        self.accuracy_mean.update_state(y, z)
        return {"mistakes": self.mistakes.result(), "accuracy": self.accuracy_mean.result()}

    def test_step(self, data):
        """Measure on one batch."""
        x, y = unweighted(data)
        self.accuracy_mean.update_state(class_labels(y), self(x))
        return {"accuracy": self.accuracy_mean.result()}

    def get_config(self):
        """The arguments of ``__init__``."""
        names = ("features", "classes", "learning_rate")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
