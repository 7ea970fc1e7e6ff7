"""MixUp and CutMix with random partners, shares and boxes, as a part of a training step (§5.7)."""

import math

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_positive
from units.u05_convolution.augmentation import cut_mix, mix_up


def symmetric_beta(uniform, angle, spread):
    """Numbers with the distribution Beta(spread, spread), from two uniform ones each and without a loop.

    λ = ½ (1 + cosine / √(w / (1 − w) + cosine²)),   w = uniform^{1/spread},   cosine = cos(2π angle)

    It is ½ (1 + t / √(2 spread + t²)) of t = √(2 spread (1 − w) / w) cosine, which has Student's distribution with
    2 spread degrees of freedom.

    ``keras.random.beta`` draws until a number is accepted, in a loop inside of the compiled step.

    Args:
        uniform, angle: uniform in [0, 1), shape (batch,).
        spread: > 0; 1 is uniform, small values are near 0 or 1.

    Returns:
        λ in [0, 1], shape (batch,).

    References: Bailey, "Polar generation of random variates with the t-distribution" (1994); Devroye, "Random variate
    generation in one line of code" (1996).
    """
    w = ops.power(uniform, 1 / spread)
    cosine = ops.cos(2 * math.pi * angle)
    # 1e-30, which float32 can hold, keeps 0/0 away
    return 0.5 * (1 + cosine / ops.sqrt(w / ops.maximum(1 - w, 1e-30) + cosine**2 + 1e-30))


@keras.saving.register_keras_serializable("medl")
class RandomMix(keras.layers.Layer):
    """Mix every image of a batch with another one, and the labels in the same way.

    λ_i is drawn from Beta(spread, spread). The partner of each image stands at a random distance behind it in the
    batch, the same for all and never 0: ``fit`` shuffles, so that neighbours are as random as any other pair. CutMix
    replaces a box with the share 1 − λ_i of the area, at a random place; what lies outside of the image is cut off, and
    the labels follow the area that is left.

    Args:
        kind: ``"mix_up"`` or ``"cut_mix"``.
        spread: of the Beta distribution; 1 is uniform, small values leave most images nearly as they are.
        seed: of the draws; None takes one that depends on ``keras.utils.set_random_seed``.

    Shapes: images (batch, height, width, channels), and shares of the classes (batch, classes).
    """

    def __init__(self, kind="mix_up", spread=0.2, seed=None, **kwargs):
        super().__init__(autocast=False, **kwargs)
        if kind not in ("mix_up", "cut_mix"):
            raise ValueError(f'kind must be "mix_up" or "cut_mix", not {kind!r}.')
        self.kind, self.spread, self.seed = kind, check_positive("spread", spread), seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images, shares):
        """``(images, shares)``, mixed."""
        batch = ops.shape(images)[0]
        draws = keras.random.uniform((batch, 5), dtype="float32", seed=self.generator)
        weight = symmetric_beta(draws[:, 0], draws[:, 1], self.spread)
        # 1, …, batch − 1; the sum is that of the first row, which an empty batch does not have
        distance = 1 + ops.cast(ops.sum(draws[:1, 2]) * ops.cast(batch - 1, "float32"), "int32")
        order = (ops.arange(batch, dtype="int32") + distance) % ops.maximum(batch, 1)
        if self.kind == "mix_up":
            return mix_up(images, shares, order, weight)
        return cut_mix(images, shares, order, self._boxes(images, weight, draws[:, 3:]))

    def _boxes(self, images, weight, centre):
        height, width = images.shape[1:3]
        # The sides are √(1 − λ) height and √(1 − λ) width
        half = ops.sqrt(1 - weight) / 2
        row, column = height * centre[:, 0], width * centre[:, 1]
        sides = [column - half * width, row - half * height, column + half * width, row + half * height]
        return ops.round(ops.stack(sides, axis=1))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "kind": self.kind, "spread": self.spread, "seed": self.seed}
