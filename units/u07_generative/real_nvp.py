"""RealNVP for points: a density that can be computed exactly, made of couplings (§8.1)."""

import keras
from keras import layers, ops

import course
from units.u07_generative.affine_coupling import AffineCoupling
from units.u07_generative.gaussian_densities import log_density
from units.u07_generative.generative_model import GenerativeModel


class Flow(GenerativeModel):
    """The training step of a model with an exact density: maximize the mean of log p(x).

    C = −(1/n) ∑_i log p(x_i)

    A subclass defines ``log_density(x, training)``, which returns log p(x) of every sample, or a bound of it.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.loss_mean = keras.metrics.Mean(name="loss")

    def cost(self, x, training):
        """C of a batch."""
        return -ops.mean(self.log_density(x, training))

    def train_step(self, data):
        """Learn from one mini-batch of samples."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        value, gradients = course.value_and_grad(lambda: self.cost(x, True), self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(x, value)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.report(x, self.cost(x, False))

    def report(self, x, cost):
        """Add a batch to the mean and return it."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(x)[0])
        return {"loss": self.loss_mean.result()}


@keras.saving.register_keras_serializable("medl")
class RealNVP(Flow):
    """An invertible network f from points to Gaussian noise.

    z = f(x),   log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|

    f is a chain of affine couplings, and the logarithms of their determinants add up. Half of the features stay in each
    coupling: those at even places, then those at odd places, and so on.

    Args:
        features: of a point, at least 2.
        couplings: their number.
        width: of the two hidden layers of each coupling.

    Shapes: x and z are (batch, features). ``fit`` takes points alone.

    Example:
        >>> model = RealNVP(features=2)
        >>> model.compile(optimizer="adam")
        >>> history = model.fit(points, epochs=50)
        >>> density = ops.exp(model.log_density(points))

    References: §8.1; Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP" (2017).
    """

    def __init__(self, features, couplings=6, width=32, **kwargs):
        super().__init__(**kwargs)
        if features < 2:
            raise ValueError(f"A coupling needs two features or more, not {features!r}.")
        self.features, self.number, self.width = features, couplings, width
        self.couplings = [
            AffineCoupling([(i + place) % 2 for place in range(features)], coupling_network(features, width))
            for i in range(couplings)
        ]

    def call(self, x):
        """z and log |det ∂f/∂x|."""
        total = 0.0
        for coupling in self.couplings:
            x, log_determinant = coupling(x)
            total = total + log_determinant
        return x, total

    def inverse(self, z):
        """x = f⁻¹(z): the inverse couplings, the last one first."""
        for coupling in self.couplings[::-1]:
            z = coupling.inverse(z)
        return z

    def log_density(self, x, training=False):
        """log p(x), shape (batch,)."""
        z, log_determinant = self(x)
        # log N(f(x); 0, I) + log |det ∂f/∂x|
        return log_density(z) + log_determinant

    def draw(self, size, rng):
        """f⁻¹(z) with z ~ N(0, I)."""
        z = ops.convert_to_tensor(rng.normal(size=(size, self.features)), "float32")
        return ops.convert_to_numpy(course.compiled(self.inverse)(z))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "features": self.features,
            "couplings": self.number,
            "width": self.width,
        }


def coupling_network(features, width):
    """Two hidden layers; the last layer starts at 0, so the coupling starts as the identity."""
    return keras.Sequential(
        [
            keras.Input((features,)),
            layers.Dense(width, "silu"),
            layers.Dense(width, "silu"),
            layers.Dense(2 * features, kernel_initializer="zeros"),
        ]
    )
