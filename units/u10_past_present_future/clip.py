"""CLIP: images and captions in one space, learned from pairs (§7.5, ☆)."""

import math

import keras
import numpy as np
from keras import ops

import course
from course.validation import floats, precise_floats


def symmetric_contrastive_loss(u, v, scale):
    """The cross-entropy of the right caption for each image, and of the right image for each caption.

    z_{ij} = s uᵢᵀ vⱼ / (‖uᵢ‖ ‖vⱼ‖),   C = ½ (1/n) ∑_i (−log softmax(z_{i·})_i − log softmax(z_{·i})_i)

    Unlike ``nt_xent`` of unit 6, an image is compared with captions only, never with another image.

    Args:
        u, v: vectors of n images and of their captions, shape (batch, features); row i of both belongs together.
        scale: s = 1/τ > 0, a number or a tensor. Vectors in half precision become float32 first.

    Returns:
        C, shape (), and the logits z, shape (batch, batch).

    Raises:
        ValueError: the shapes differ, or the scale is a number that is not positive.

    References: Radford et al., "Learning transferable visual models from natural language supervision" (2021).
    """
    u, v = floats(u), floats(v)
    if len(u.shape) != 2 or tuple(u.shape) != tuple(v.shape):
        raise ValueError(
            f"Images and captions have the shape (batch, features) both, not {tuple(u.shape)} and {tuple(v.shape)}."
        )
    if isinstance(scale, (int, float)) and not scale > 0:
        raise ValueError(f"The scale must be positive, not {scale!r}.")
    return _contrastive(precise_floats(u), precise_floats(v), scale)


@course.fused
def _contrastive(u, v, scale):
    # z_{ij} = s uᵢᵀ vⱼ / (‖uᵢ‖ ‖vⱼ‖)
    z = scale * ops.matmul(unit_vectors(u), ops.transpose(unit_vectors(v)))
    right = ops.sum(unit_vectors(u) * unit_vectors(v), axis=1) * scale
    # −log softmax(z)_i = log ∑_j e^{z_j} − z_i
    cost = (ops.logsumexp(z, axis=1) + ops.logsumexp(z, axis=0)) / 2 - right
    return ops.mean(cost), z


def unit_vectors(x):
    """x / ‖x‖, row by row."""
    return x / ops.sqrt(ops.maximum(ops.sum(ops.square(x), axis=-1, keepdims=True), 1e-12))


@keras.saving.register_keras_serializable("medl")
class CLIP(course.Model):
    """Two encoders whose vectors agree for an image and its caption.

    Args:
        image_encoder: from images to vectors (batch, features).
        text_encoder: from token numbers (batch, seq) to vectors (batch, features).
        tau: temperature τ at the beginning; log s = −log τ is learned, and s stays at most 100.

    Shapes: images (batch, height, width, channels), captions (batch, seq): ``fit(images, captions)``. ``call`` takes
    both and returns both vectors.

    Raises:
        ValueError: τ is not positive.

    Example::

        model = CLIP(image_encoder, text_encoder)
        model.compile(keras.optimizers.Adam(2e-3))
        model.fit(images, captions, batch_size=64)
        model.classify(new_images, prompts)

    References: Radford et al. (2021).
    """

    def __init__(self, image_encoder, text_encoder, tau=0.07, **kwargs):
        super().__init__(**kwargs)
        if not tau > 0:
            raise ValueError(f"tau must be positive, not {tau!r}.")
        self.image_encoder, self.text_encoder, self.tau = image_encoder, text_encoder, tau
        start = keras.initializers.Constant(-np.log(tau))
        self.log_scale = self.add_weight(name="log_scale", shape=(), initializer=start)
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.accuracy_mean = keras.metrics.Mean(name="accuracy")

    def build(self, input_shape=None):
        """The encoders are built; there is nothing to create."""

    def call(self, data, training=False):
        """The vectors u of images and v of captions."""
        images, captions = data
        return self.image_encoder(images, training=training), self.text_encoder(captions, training=training)

    def cost(self, data, training):
        """C of a batch, and whether each image finds its own caption."""
        images, captions, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if captions is None or sample_weight is not None:
            raise ValueError("CLIP takes images and captions without weights: fit(images, captions).")
        u, v = self((images, captions), training=training)
        value, z = symmetric_contrastive_loss(u, v, ops.exp(ops.minimum(self.log_scale, math.log(100))))
        own = ops.arange(ops.shape(z)[0])
        return value, ops.equal(ops.cast(ops.argmax(z, axis=1), "int32"), ops.cast(own, "int32"))

    def train_step(self, data):
        """Learn from one mini-batch: the other captions of the batch are the wrong answers."""
        (value, found), gradients = course.value_and_grad(
            lambda: self.cost(data, training=True), self.trainable_variables, has_aux=True
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(value, found)

    def test_step(self, data):
        """Measure on one mini-batch."""
        return self.report(*self.cost(data, training=False))

    def report(self, value, found):
        """The mean cost, and the share of images that find their caption in the batch."""
        self.loss_mean.update_state(value, sample_weight=ops.shape(found)[0])
        self.accuracy_mean.update_state(found)
        return {"loss": self.loss_mean.result(), "accuracy": self.accuracy_mean.result()}

    def similarities(self, images, captions):
        """Cosines between all images and all captions, a NumPy array of shape (images, captions)."""
        u = precise_floats(self.image_encoder(ops.convert_to_tensor(images)))
        v = precise_floats(self.text_encoder(ops.convert_to_tensor(captions)))
        u, v = (ops.convert_to_numpy(unit_vectors(vectors)) for vectors in (u, v))
        return u @ v.T

    def classify(self, images, prompts):
        """The number of the prompt that is nearest to each image: a classifier that was never trained as one."""
        return self.similarities(images, prompts).argmax(axis=1)

    def get_config(self):
        """The arguments of ``__init__``."""
        encoders = {"image_encoder": self.image_encoder, "text_encoder": self.text_encoder}
        encoders = {name: keras.saving.serialize_keras_object(model) for name, model in encoders.items()}
        return {**super().get_config(), **encoders, "tau": self.tau}

    @classmethod
    def from_config(cls, config):
        """A model from its arguments, with new weights."""
        names = ("image_encoder", "text_encoder")
        return cls(
            **{**config, **{name: keras.saving.deserialize_keras_object(config[name]) for name in names}}
        )
