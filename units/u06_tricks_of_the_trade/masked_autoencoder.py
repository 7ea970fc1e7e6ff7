"""A masked autoencoder: an encoder that learns without labels, by completing images with missing patches (§6.5)."""

import keras
from keras import ops

import course
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import unweighted
from units.u05_convolution.required_shape import require_shape


def patches(images, size):
    """Cut images into squares: (batch, height, width, channels) → (batch, patches, size² channels), row by row.

    Raises:
        ValueError: the image is not made of whole patches, or the images have another shape.
    """
    require_shape("images", images, "batch", "height", "width", "channels")
    height, width, channels = images.shape[1:]
    if height % size or width % size:
        raise ValueError(f"An image of {height} × {width} is not made of patches of {size} × {size}.")
    rows, columns = height // size, width // size
    x = ops.reshape(images, (-1, rows, size, columns, size, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, rows * columns, size * size * channels))


def from_patches(squares, size, shape):
    """Put patches together again: the inverse of ``patches``, for images of the shape (height, width, channels)."""
    height, width, channels = shape
    x = ops.reshape(squares, (-1, height // size, width // size, size, size, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height, width, channels))


def random_mask(batch, number, masked, seed):
    """Which patches are missing: 1 for exactly ``masked`` of them in every image, drawn at random, else 0.

    Returns:
        A float tensor, shape (batch, number).
    """
    draws = keras.random.uniform((batch, number), seed=seed)
    # the rank of a draw among those of its image: how many are smaller
    rank = ops.sum(ops.cast(draws[:, None, :] < draws[:, :, None], "int32"), axis=2)
    return ops.cast(rank < masked, "float32")


@keras.saving.register_keras_serializable("medl")
class MaskedAutoencoder(SavedParts, course.Model):
    """Train an encoder to complete an image of which most patches are 0.

    C = (1/(n m)) ∑_i ∑_{p masked} mean (x_ip − x̂_ip)²,   x̂ = decoder(encoder(x with its masked patches set to 0))

    Only the m masked patches of each image count: the others could be copied. The decoder is used in training only. He
    et al. have a transformer as encoder and leave the masked patches out, which saves time. An image with all of its
    patches suits any encoder: Xie et al. put a learned vector in place of the masked ones, and here they are 0.

    Args:
        encoder: f, a model from images to features.
        decoder: h, a model from features to images.
        size: of a patch, in pixels.
        share: of the patches that are masked, between 0 and 1.
        seed: of the masks; None takes one that depends on ``keras.utils.set_random_seed``.

    Shapes: images (batch, height, width, channels); the output is that of the encoder, (batch, features). ``fit`` takes
    images alone.

    Raises:
        ValueError: the share is not between 0 and 1.

    References: He, Chen, Xie, Li, Dollár, Girshick, "Masked autoencoders are scalable vision learners" (2022); Xie et
    al., "SimMIM: a simple framework for masked image modeling" (2022).
    """

    parts, settings = ("encoder", "decoder"), ("size", "share", "seed")

    def __init__(self, encoder, decoder, size=7, share=0.6, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 < share < 1:
            raise ValueError(f"The share of masked patches is between 0 and 1, not {share!r}.")
        self.encoder, self.decoder, self.size, self.share, self.seed = encoder, decoder, size, share, seed
        self.generator = keras.random.SeedGenerator(seed)
        self.loss_mean = keras.metrics.Mean(name="loss")

    def call(self, x, training=None):
        """The features of whole images."""
        return self.encoder(x, training=training)

    def complete(self, x, training=False):
        """Mask images and complete them: (masked images, completed images, mask (batch, patches))."""
        squares = patches(x, self.size)
        number = squares.shape[1]
        if number < 2:
            raise ValueError(f"An image has to have two or more patches of {self.size} × {self.size} pixels.")
        masked = min(max(1, round(self.share * number)), number - 1)
        mask = random_mask(ops.shape(x)[0], number, masked, self.generator)
        seen = from_patches(squares * (1 - mask[:, :, None]), self.size, x.shape[1:])
        return seen, self.decoder(self.encoder(seen, training=training), training=training), mask

    def cost(self, x, training):
        """C of a batch of images."""
        _, completed, mask = self.complete(x, training)
        errors = ops.mean(ops.square(patches(x, self.size) - patches(completed, self.size)), axis=-1)
        # C = (1/(n m)) ∑ over the masked patches
        return ops.sum(mask * errors) / ops.sum(mask)

    def train_step(self, data):
        """Learn from one mini-batch of images."""
        x, _ = unweighted(data)
        value, gradients = course.value_and_grad(
            lambda: self.cost(x, training=True), self.trainable_variables
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(x, value)

    def test_step(self, data):
        """Measure on one mini-batch of images."""
        x, _ = unweighted(data)
        return self.report(x, self.cost(x, training=False))

    def report(self, x, cost):
        """Add a batch to the mean and return it."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(x)[0])
        return {"loss": self.loss_mean.result()}
