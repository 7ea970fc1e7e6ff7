"""SimCLR: an encoder that learns without labels, from two random views of every image (§6.5)."""

import keras
from keras import ops

import course
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import unweighted
from units.u06_tricks_of_the_trade.nt_xent import nt_xent


@keras.saving.register_keras_serializable("medl")
class Contrastive(SavedParts, course.Model):
    """Train an encoder so that two views of one image get similar embeddings, and views of others do not.

    C = (1/2n) ∑_i C_i,   z = projection(encoder(view)),   C_i of ``nt_xent``

    The projection is a small network that is used in training only: what the loss throws away, such as the angle of a
    digit, is still there in front of it, and may help a later task. The choice of views says what does not matter: it
    is the only knowledge about the images that comes from outside.

    Args:
        encoder: f, a model from images to features.
        view: a layer that changes images at random in training, such as ``RandomAffine`` of unit 5.
        projection: a model from features to embeddings.
        temperature: τ.

    Shapes: images (batch, height, width, channels); the output is that of the encoder, (batch, features). ``fit`` takes
    images alone.

    References: Chen, Kornblith, Norouzi, Hinton (2020).
    """

    parts, settings = ("encoder", "view", "projection"), ("temperature",)

    def __init__(self, encoder, view, projection, temperature=0.5, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.view, self.projection, self.temperature = encoder, view, projection, temperature
        self.loss_mean = keras.metrics.Mean(name="loss")

    def call(self, x, training=None):
        """The features."""
        return self.encoder(x, training=training)

    def cost(self, x):
        """C of a batch of images."""
        # both views in one batch: one pass through the encoder, with a draw of its own for each view
        views = self.view(ops.concatenate([x, x], axis=0), training=True)
        z = self.projection(self.encoder(views, training=True), training=True)
        batch = ops.shape(x)[0]
        return ops.mean(nt_xent(z[:batch], z[batch:], self.temperature))

    def train_step(self, data):
        """Learn from one mini-batch of images."""
        x, _ = unweighted(data)
        value, gradients = course.value_and_grad(lambda: self.cost(x), self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        self.loss_mean.update_state(value, sample_weight=ops.shape(x)[0])
        return {"loss": self.loss_mean.result()}
