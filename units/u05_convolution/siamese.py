"""A siamese network: one encoder for both images of a pair, and the distance of the two embeddings (§6.6)."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import weighted_mean
from course.validation import binary_labels
from units.u05_convolution.contrastive_loss import contrastive_loss, squared_distances


def face_encoder(image_shape, widths=(16, 32, 64), features=32):
    """A small convolutional network that maps an image to a point on the unit sphere.

    f(x) = g(x) / ‖g(x)‖,   g: (convolution, ReLU, maximum of 2 × 2) for each width, then a linear layer

    Args:
        image_shape: (height, width, channels).
        widths: number of filters of each convolution.
        features: length of f(x).

    Returns:
        A ``keras.Sequential`` from (batch, height, width, channels) to (batch, features).
    """
    layers = [keras.Input(image_shape)]
    for width in widths:
        layers += [
            keras.layers.Conv2D(width, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
        ]
    layers += [keras.layers.Flatten(), keras.layers.Dense(features), keras.layers.UnitNormalization()]
    return keras.Sequential(layers)


@keras.saving.register_keras_serializable("medl")
class Siamese(CheckedData, SavedParts, course.Model):
    """Learn an embedding from pairs of images: is it the same person?

    Δ²(x, x′) = ‖f(x) − f(x′)‖²,   C = mean of y Δ² + (1 − y) max(0, m − Δ)²

    Both images pass through the same encoder f. So Δ is symmetric, and an image that was never seen, of a person who
    was never seen, can be compared: the network does not know identities, only distances.

    Args:
        encoder: f, a model from images to embeddings.
        margin: m of the contrastive loss.

    Shapes: the input is a pair of arrays of images, (batch, height, width, channels) each; y is 1 for one person and 0
    for two, shape (batch,) or (batch, 1); the output is Δ², shape (batch,).

    Example:
    >>> model = Siamese(face_encoder((8, 8, 1), widths=(4, 8)))
    >>> model.compile(optimizer="adam")
    >>> d = course.data.load("digits")
    >>> x, y = d.images("train")[:64], d.labels("train")[:64]
    >>> history = model.fit((x[:32], x[32:]), y[:32] == y[32:], epochs=2, verbose=0)
    """

    parts, settings = ("encoder",), ("margin",)

    def __init__(self, encoder, margin=1.0, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.margin = encoder, margin
        self.loss_mean = keras.metrics.Mean(name="loss")

    def call(self, pair, training=None):
        """Δ² of each pair."""
        if tuple(pair[0].shape) != tuple(pair[1].shape):
            raise ValueError(
                f"The two parts of the pairs have the shapes {pair[0].shape} and {pair[1].shape}."
            )
        # The encoder takes all images of the batch at once, first the left ones, then the right ones.
        f = self.encoder(ops.concatenate(pair), training=training)
        return squared_distances(*ops.split(f, 2))

    def check_targets(self, y):
        """Check the labels; ``fit`` and ``evaluate`` call this before the first step."""
        binary_labels(y)

    def train_step(self, data):
        """Learn from one batch of pairs."""
        pair, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            return weighted_mean(contrastive_loss(y, self(pair, training=True), self.margin), sample_weight)

        value, gradients = course.value_and_grad(cost, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, value)

    def test_step(self, data):
        """Measure on one batch of pairs."""
        pair, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        losses = contrastive_loss(y, self(pair, training=False), self.margin)
        return self.report(y, weighted_mean(losses, sample_weight))

    def report(self, y, cost):
        """Add a batch to the mean and return it."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(y)[0])
        return {"loss": self.loss_mean.result()}
