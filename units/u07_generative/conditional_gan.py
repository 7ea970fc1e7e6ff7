"""A conditional GAN: both networks are told the class, so that one can ask for it (§8.3)."""

import keras
import numpy as np
from keras import ops

from course.training.rules.checked_data import CheckedData
from course.training.weighting import unweighted
from course.validation import class_labels
from units.u07_generative.adversarial_model import AdversarialModel


@keras.saving.register_keras_serializable("medl")
class ConditionalGAN(CheckedData, AdversarialModel):
    """The non-saturating game where G and D both see the label y of each sample.

    C_D = −E log D(x, y) − E log(1 − D(G(z, y), y)),   C_G = −E log D(G(z, y), y)

    G gets z and the one-hot vector of y side by side. D gets x with the same vector beside the channels of every pixel.

    Args:
        generator: G, from (batch, latent + classes).
        discriminator: D, from samples with ``classes`` more channels to logits.
        latent_shape: the number of entries of z.
        classes: the number of classes.
        others: see ``AdversarialModel``.

    Shapes: ``fit`` takes samples and labels (batch,) or (batch, 1).

    Example::

        model.fit(images, labels, epochs=20)
        threes = model.sample(16, label=3)

    References: Mirza, Osindero, "Conditional generative adversarial nets" (2014).
    """

    settings = ("classes",)

    def __init__(self, generator, discriminator, latent_shape, classes, **kwargs):
        super().__init__(generator, discriminator, latent_shape, **kwargs)
        self.classes = classes

    def with_label(self, x, y):
        """Samples with the one-hot vector of their label as further channels."""
        shape = (-1, *[1] * (len(x.shape) - 2), self.classes)
        y = class_labels(y, self.classes)
        channels = ops.reshape(ops.one_hot(y, self.classes, dtype=x.dtype), shape)
        return ops.concatenate(
            [x, channels * ops.ones((*ops.shape(x)[:-1], 1), dtype=x.dtype)],
            axis=-1,
        )

    def train_step(self, data):
        """One update of D, one of G, both with the labels of the mini-batch."""
        x, y = unweighted(data)
        z = self.with_label(self.noise(ops.shape(x)[0]), y)

        def judged(samples):
            return self.discriminator(self.with_label(samples, y), training=True)

        def discriminator_cost():
            fake = ops.stop_gradient(self.generator(z, training=True))
            # C_D, where −log σ_Sig(a) = softplus(−a)
            return ops.mean(ops.softplus(-judged(x))) + ops.mean(ops.softplus(judged(fake)))

        def generator_cost():
            return ops.mean(ops.softplus(-judged(self.generator(z, training=True))))  # C_G

        discriminator_value = self.minimize_discriminator(discriminator_cost)
        generator_value = self.minimize_generator(generator_cost)
        return self.report(x, discriminator_value, generator_value)

    def check_targets(self, y):
        """Check the labels; ``fit`` calls this before the first step."""
        class_labels(y, self.classes)

    def draw(self, size, rng, label=None):
        """Samples of classes.

        Args:
            label: one class for all samples, or one for each, shape (size,); None takes all classes in turn.
        """
        if label is None:
            label = np.arange(size) % self.classes
        elif np.size(label) == 1:
            label = np.full(size, label)
        y = ops.convert_to_numpy(class_labels(label, self.classes, (size,), "label"))
        z = rng.normal(size=(size, *self.latent_shape))
        told = np.eye(self.classes)[y].reshape(size, *[1] * (z.ndim - 2), self.classes)
        told = np.broadcast_to(told, (*z.shape[:-1], self.classes))
        z = np.concatenate([z, told], axis=-1).astype("float32")
        return self.predict(z, batch_size=min(size, 500), verbose=0)
