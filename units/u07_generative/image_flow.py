"""RealNVP for images: couplings on several scales, and bits per dimension (§8.1)."""

import math

import keras
import numpy as np
from keras import ops

from units.u07_generative.affine_coupling import AffineCoupling
from units.u07_generative.dequantization import Dequantizer
from units.u07_generative.gated_network import gated_network
from units.u07_generative.gaussian_densities import log_density
from units.u07_generative.likelihood_model import LikelihoodModel

# The places of a square of 2 × 2 pixels are 0 1 / 2 3. In each coupling two of them stay: rows, columns, diagonals.
STAYING = ((0, 1), (2, 3), (0, 2), (1, 3), (0, 3), (1, 2))


@keras.saving.register_keras_serializable("medl")
class ImageFlow(LikelihoodModel):
    """An invertible network from images to noise, on several scales.

    On each scale squares of 2 × 2 pixels become channels, couplings follow, and half of the channels are finished: they
    are part of z. The other half goes on to the next scale.

    bits per dimension = −(1/n) log₂ P(x) ≤ −E_q (log p(a) + log |det ∂a/∂u| − log q(u given x)) / (n log 2)

    n is the number of pixels times channels, a and u those of ``Dequantizer``. One draw of u estimates E_q. An image of
    which nothing is known costs log₂ L bits per dimension.

    Args:
        image_shape: (height, width, channels); height and width can be halved once for each scale.
        levels: L, the number of values of a pixel; 256 for images of bytes.
        couplings: their number on each scale.
        width: channels of the networks of the couplings.
        blocks: of these networks.
        network_dtype: dtype policy of these networks, such as ``"mixed_bfloat16"``. The density stays exact:
            s and b depend on nothing but the entries that stay.
        seed: of the noise that dequantizes; None takes one that depends on ``keras.utils.set_random_seed``.

    Shapes: images are (batch, height, width, channels) with L values in [−1, 1]. ``fit`` takes images alone, and its
    ``loss`` is the bits per dimension.

    Example::

        model = ImageFlow((28, 28, 1))
        model.adapt(images)
        model.compile(optimizer="adam")
        history = model.fit(images, epochs=10)
        bits = model.evaluate(test_images)

    References: Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP" (2017); Ho et al., Flow++ (2019).
    """

    def __init__(
        self,
        image_shape,
        levels=256,
        couplings=(6, 8),
        width=64,
        blocks=2,
        network_dtype=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        height, rows, channels = self.image_shape = tuple(image_shape)
        factor = 2 ** len(couplings)
        if height % factor or rows % factor:
            raise ValueError(
                f"With {len(couplings)} scales height and width must be multiples of {factor}, "
                f"not {height} and {rows}."
            )
        self.levels, self.numbers, self.width, self.blocks = levels, tuple(couplings), width, blocks
        self.network_dtype, self.seed = network_dtype, seed
        self.generator = keras.random.SeedGenerator(seed)

        def network(shape, width):
            return gated_network(shape, 2 * shape[-1], width, blocks, network_dtype)

        # the noise is drawn for squares of 2 × 2 pixels too, where a convolution costs a quarter
        self.dequantizer = Dequantizer(
            levels, network((height // 2, rows // 2, 4 * channels), max(width // 2, 4))
        )
        self.center = self.add_weight(shape=self.image_shape, initializer="zeros", name="center")
        self.log_scale = self.add_weight(shape=self.image_shape, initializer="zeros", name="log_scale")
        self.scales = []
        for number in self.numbers:
            height, rows = height // 2, rows // 2
            self.scales.append(
                [
                    AffineCoupling(m, network((height, rows, 4 * channels), width))
                    for m in masks(channels, number)
                ]
            )
            channels *= 2

    def adapt(self, images):
        """Start with a mean of 0 and a variance of 1 for every pixel, as the layer ``Normalization`` of Keras does."""
        rng = np.random.default_rng(0)
        k = np.round((np.asarray(images) + 1) * ((self.levels - 1) / 2))
        v = (k + 1 / (1 + np.exp(-rng.normal(size=k.shape)))) / self.levels
        a = np.log(v) - np.log1p(-v)
        self.center.assign(a.mean(axis=0))
        self.log_scale.assign(-np.log(a.std(axis=0)))

    def whole(self, images):
        """The numbers k = 0, …, L − 1 of pixels in [−1, 1]."""
        return ops.round((images + 1) * ((self.levels - 1) / 2))

    def call(self, a):
        """From a, (batch, height, width, channels): the parts of z, one for each scale, and log |det ∂z/∂a|."""
        a = (a - self.center) * ops.exp(self.log_scale)
        parts, total = [], ops.sum(self.log_scale)
        for i, couplings in enumerate(self.scales):
            a = to_channels(a)
            for coupling in couplings:
                a, log_determinant = coupling(a)
                total = total + log_determinant
            if i < len(self.scales) - 1:
                finished, a = split(a)
                parts.append(finished)
        return [*parts, a], total

    def inverse(self, parts):
        """a from the parts of z."""
        a = parts[-1]
        for i in reversed(range(len(self.scales))):
            if i < len(self.scales) - 1:
                a = joined(parts[i], a)
            for coupling in self.scales[i][::-1]:
                a = coupling.inverse(a)
            a = to_pixels(a)
        return a * ops.exp(-self.log_scale) + self.center

    def log_density(self, x, training=False):
        """An estimate of the bound of log P(x), from one draw of u, shape (batch,)."""
        k = to_channels(self.whole(x))
        noise = keras.random.normal(ops.shape(k), seed=self.generator)
        a, change = self.dequantizer(k, noise)
        parts, log_determinant = self(to_pixels(a))
        return sum(log_density(part) for part in parts) + log_determinant + change

    def cost(self, x, training):
        """Bits per dimension."""
        return super().cost(x, training) / (math.log(2) * math.prod(self.image_shape))

    def draw(self, size, rng):
        """Images of z ~ N(0, I)."""
        height, rows, channels = self.image_shape
        shapes = []
        for i in range(len(self.scales)):
            height, rows, channels = height // 2, rows // 2, 2 * channels
            shapes.append((size, height, rows, channels * (2 if i == len(self.scales) - 1 else 1)))
        return self.at_once(self.images, [rng.normal(size=shape) for shape in shapes])

    def images(self, parts):
        """Pixels in [−1, 1] from the parts of z."""
        return 2 * self.dequantizer.inverse(self.inverse(parts)) / (self.levels - 1) - 1

    def get_config(self):
        """The arguments of ``__init__``."""
        names = ("image_shape", "levels", "width", "blocks", "network_dtype", "seed")
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            "couplings": self.numbers,
        }


def masks(channels, number):
    """Which of the 4 · channels entries stay, for each of some couplings.

    The last mask keeps the two places that go on to the next scale: the finished half is moved last, given the other.
    """
    cycle = [[float(place in pair) for place in range(4) for _ in range(channels)] for pair in STAYING]
    if channels > 1:  # the entries of one place see one another, too
        cycle = [[float(i % 2 == even) for i in range(4 * channels)] for even in (0, 1)] + cycle
    return [cycle[(i - number) % len(cycle)] for i in range(number)]


def to_channels(x):
    """(batch, height, width, channels) → (batch, height/2, width/2, 4 channels), the places 0, 1, 2, 3 one by one."""
    height, width, channels = x.shape[1:]
    x = ops.reshape(x, (-1, height // 2, 2, width // 2, 2, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height // 2, width // 2, 4 * channels))


def to_pixels(x):
    """The inverse of ``to_channels``."""
    height, width, channels = x.shape[1:]
    x = ops.reshape(x, (-1, height, width, 2, 2, channels // 4))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, 2 * height, 2 * width, channels // 4))


def split(x):
    """The finished places 0 and 3, and the places 1 and 2, which go on."""
    quarter = x.shape[-1] // 4
    ends = (x[..., :quarter], x[..., 3 * quarter :])
    return ops.concatenate(ends, axis=-1), x[..., quarter : 3 * quarter]


def joined(finished, rest):
    """The inverse of ``split``."""
    quarter = rest.shape[-1] // 2
    return ops.concatenate([finished[..., :quarter], rest, finished[..., quarter:]], axis=-1)
