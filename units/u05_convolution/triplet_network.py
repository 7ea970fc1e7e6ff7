"""An embedding that is learned from triplets, which are selected inside the training step (§6.6)."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import weighted_mean
from course.validation import class_labels
from units.u05_convolution.triplet_loss import triplet_loss


@keras.saving.register_keras_serializable("medl")
class TripletNetwork(CheckedData, SavedParts, course.Model):
    """Learn an embedding from images and the numbers of their identities.

    C = mean over anchors of max(0, Δ²(anchor, positive) − Δ²(anchor, negative) + m)

    A batch holds several images of each of several identities (``identity_batches``), and its triplets are selected
    by their distances under the current weights. So the encoder runs once for each image, not once for each triplet.

    Args:
        encoder: f, a model from images to embeddings.
        margin: m.
        mining: ``"all"``, ``"semi_hard"`` or ``"hard"``, as in ``triplet_loss``.

    Shapes: the input is (batch, height, width, channels), y holds integers (batch,) or (batch, 1), and the output is
    (batch, features). Call ``fit`` with ``shuffle=False`` if the order of the images is that of ``identity_batches``.
    """

    parts, settings = ("encoder",), ("margin", "mining")

    def __init__(self, encoder, margin=0.2, mining="semi_hard", **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.margin, self.mining = encoder, margin, mining
        self.loss_mean = keras.metrics.Mean(name="loss")

    def call(self, x, training=None):
        """The embeddings f(x)."""
        return self.encoder(x, training=training)

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        class_labels(y)

    def train_step(self, data):
        """Learn from one batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            losses = triplet_loss(y, self(x, training=True), self.margin, self.mining)
            return weighted_mean(losses, sample_weight)

        value, gradients = course.value_and_grad(cost, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, value)

    def test_step(self, data):
        """Measure on one batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        losses = triplet_loss(y, self(x, training=False), self.margin, self.mining)
        return self.report(y, weighted_mean(losses, sample_weight))

    def report(self, y, cost):
        """Add a batch to the mean and return it."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(y)[0])
        return {"loss": self.loss_mean.result()}
