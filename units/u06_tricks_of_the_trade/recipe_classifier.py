"""A classifier whose training step follows a recipe: each part of it is one argument (§5.7)."""

import keras
from keras import ops

from course.training.weighting import weighted_mean
from units.u04_feedforward.classifier import Classifier
from units.u06_tricks_of_the_trade.gradient_accumulation import accumulated_gradients
from units.u06_tricks_of_the_trade.soft_labels import cross_entropy_of_shares, smooth_labels


@keras.saving.register_keras_serializable("medl")
class RecipeClassifier(Classifier):
    """Unit 4's classifier with label smoothing, mixed images, accumulated gradients and averaged weights.

    Each part is off by default; then the step is that of ``Classifier``. In evaluation labels are as they are.

    Args:
        network: any Keras layer or model that maps x to logits u.
        classes: number of logits.
        smoothing: ε of ``smooth_labels``.
        mix: a ``RandomMix``, or any layer that maps images and shares of the classes to such.
        parts: into how many parts a batch is divided for its gradient.
        average: a ``WeightAverage``.

    A generator such as ``MixedBatches`` may bring rows of shares (batch, classes) in place of class numbers. ``fit``
    reports the accuracy on mixed images with the label of the largest share before mixing. With the dtype policy
    ``"mixed_float16"`` the loss is scaled as the optimizer asks.
    """

    def __init__(self, network=None, classes=10, smoothing=0.0, mix=None, parts=1, average=None, **kwargs):
        super().__init__(network, classes, **kwargs)
        self.smoothing, self.mix, self.parts, self.average = smoothing, mix, parts, average

    def train_step(self, data):
        """Learn from one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        shares = smooth_labels(self._shares(y), self.smoothing)
        y = ops.argmax(shares, axis=-1)
        if self.mix is not None:
            x, shares = self.mix(x, shares)

        def cost(x, shares, sample_weight):
            u = ops.cast(self(x, training=True), "float32")
            mean = weighted_mean(cross_entropy_of_shares(shares, u), sample_weight) + sum(self.losses)
            return self.optimizer.scale_loss(mean), u

        variables = self.trainable_variables
        (value, u), gradients = accumulated_gradients(cost, variables, (x, shares, sample_weight), self.parts)
        value = value / self.optimizer.scale_loss(1.0)  # as it was, before the optimizer changes its scale
        self.optimizer.apply(gradients, variables)
        if self.average is not None:
            self.average.update(variables)
        return self.report(y, u, value)

    def _shares(self, y):
        """Class numbers as one-hot rows; rows of shares as they are."""
        if len(y.shape) == 2 and y.shape[1] == self.classes > 1:
            return ops.cast(y, "float32")
        return ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), self.classes)

    def get_config(self):
        """The arguments of ``__init__``."""
        layers = {"mix": self.mix, "average": self.average}
        saved = {name: v and keras.saving.serialize_keras_object(v) for name, v in layers.items()}
        return {**super().get_config(), **saved, "smoothing": self.smoothing, "parts": self.parts}
