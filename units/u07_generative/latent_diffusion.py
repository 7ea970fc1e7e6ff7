"""Diffusion in the latent space of an autoencoder: codes lose their noise, and one decoder makes the image (§8.2)."""

import keras
import numpy as np
from keras import ops

from course.training.weighting import unweighted
from units.u07_generative.flow_matching import FlowMatching


class LatentDiffusion(FlowMatching):
    """Flow matching of codes in place of pixels; the autoencoder is trained before, and stays as it is.

    z ~ q(z given x),   z̄ = (z − mean) / deviation,   z̄_t = (1 − t) z̄ + t ε,   C(θ) = E ‖v_θ(z̄_t, t) − (ε − z̄)‖²

    The sampler starts at N(0, I), so the codes are standardized: every entry of z̄ has the mean 0 and the variance 1
    over the data. ``adapt`` measures both without drawing, by the law of total variance:

    mean = mean_i μ(x_i),   deviation² = var_i μ(x_i) + mean_i σ(x_i)²

    An evaluation of the network costs what the short code costs, not what the image costs, and the image is decoded
    once, whatever the number of steps. The samples of a VAE decode z ~ N(0, I), although the codes of the data are not
    distributed like that; the flow learns how they are. What the decoder cannot draw, no flow can add.

    Args:
        autoencoder: a trained ``VAE``. Its weights are frozen: ``trainable`` becomes False.
        network: a model from [z̄_t, t, label] to the shape of z, such as ``dense_denoiser(latent)``.
        classes: number of labels, as in ``NoiseModel``; 0 for a model without labels.

    Shapes: ``fit`` takes images (batch, ...), or images and labels (batch,); z is (batch, latent).

    Raises:
        ValueError: ``fit`` before ``adapt``.

    Example::

        model = LatentDiffusion(vae, dense_denoiser(latent))
        model.adapt(images)
        model.compile(optimizer="adam")
        history = model.fit(images, epochs=20)
        new = model.sample(16, seed=1, steps=10)

    References: §8.2; Rombach et al., "High-resolution image synthesis with latent diffusion models" (2022).
    """

    def __init__(self, autoencoder, network, classes=0, **kwargs):
        super().__init__(network, autoencoder.decoder.input_shape[1:], classes, **kwargs)
        autoencoder.trainable = False
        self.autoencoder = autoencoder
        options = {"shape": self.sample_shape, "trainable": False}
        self.mean = self.add_weight(initializer="zeros", name="mean", **options)
        self.deviation = self.add_weight(initializer="ones", name="deviation", **options)
        self.adapted = False

    def adapt(self, x, batch_size=1000):
        """Measure the mean and the deviation of every entry of the codes of images (NumPy, (images, ...))."""
        outputs = self.autoencoder.encoder.predict(x, batch_size=min(len(x), batch_size), verbose=0)
        mean, log_deviation = np.split(outputs.astype("float64"), 2, axis=-1)
        # deviation² = var μ(x) + mean σ(x)²
        variance = mean.var(axis=0) + np.exp(2 * log_deviation).mean(axis=0)
        self.mean.assign(mean.mean(axis=0))
        self.deviation.assign(np.sqrt(variance))
        self.adapted = True

    def codes(self, x):
        """z̄ of images, with z drawn from q(z given x): (batch, latent)."""
        mean, log_deviation = self.autoencoder.encode(x)
        noise = keras.random.normal(ops.shape(mean), seed=self.random)
        # z̄ = (z − mean) / deviation
        return (mean + ops.exp(log_deviation) * noise - self.mean) / self.deviation

    def images(self, codes):
        """x̂ of standardized codes."""
        return self.autoencoder.decode(self.mean + self.deviation * codes)

    def train_step(self, data):
        """Learn from one mini-batch of images, or of images and labels: the step of flow matching, for their codes."""
        if not self.adapted:
            raise ValueError("The codes are not standardized yet: call adapt(images) before fit.")
        x, y = unweighted(data)
        codes = self.codes(x)
        return super().train_step(codes if y is None else (codes, y))

    def draw(self, size, rng, steps=10, label=None, omega=1.0, method="heun"):
        """Images: codes by ``steps`` steps of Euler's or Heun's method, decoded once."""
        codes = super().draw(size, rng, steps, label, omega, method)
        parts = np.split(codes, range(self.batch, size, self.batch))
        return np.concatenate([self.at_once(self.images, part) for part in parts])
