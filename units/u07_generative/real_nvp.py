"""RealNVP for points: a density that can be computed exactly, made of couplings (§8.1)."""

import keras
from keras import layers

from units.u07_generative.affine_coupling import AffineCoupling
from units.u07_generative.gaussian_densities import log_density
from units.u07_generative.likelihood_model import LikelihoodModel


@keras.saving.register_keras_serializable("medl")
class RealNVP(LikelihoodModel):
    """An invertible network f from points to Gaussian noise.

    z = f(x),   log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|

    f is a chain of affine couplings, and the logarithms of their determinants add up. Half of the features stay in each
    coupling: those at the places 1, 3, 5, … (counted from 0), then those at 0, 2, 4, …, and so on.

    Args:
        features: of a point, at least 2.
        couplings: their number.
        width: of the two hidden layers of each coupling.

    Shapes: x and z are (batch, features). ``fit`` takes points alone.

    Example:
        >>> model = RealNVP(features=2, couplings=2, width=8)
        >>> model.compile(optimizer="adam")
        >>> points = course.data.load("moons", n=64).features()
        >>> history = model.fit(points, epochs=2, verbose=0)
        >>> tuple(ops.exp(model.log_density(points)).shape)
        (64,)

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
        return self.at_once(self.inverse, rng.normal(size=(size, self.features)))

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
