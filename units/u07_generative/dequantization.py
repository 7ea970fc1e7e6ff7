"""Variational dequantization: whole numbers become real ones, with noise whose distribution is learned (§8.1)."""

import math

import keras
from keras import ops

from course.training.rules.saved_parts import SavedParts
from units.u07_generative.gaussian_densities import log_density, sum_of_each


@keras.saving.register_keras_serializable("medl")
class Dequantizer(SavedParts, keras.layers.Layer):
    """Add noise u in (0, 1) to pixels k = 0, …, L − 1, and map the sum to the whole real line.

    u = σ_Sig(μ(k) + σ(k) ε),   ε ~ N(0, I),   a = log(v / (1 − v)),   v = (k + u) / L

    A density cannot describe whole numbers: it would become infinite at them. But the probability of k is that of the
    interval [k, k + 1), and for every distribution q of the noise (Jensen's inequality)

    log P(k) = log ∫ p(k + u) du ≥ E_q (log p(k + u) − log q(u given k))

    Uniform noise, q = 1, is one choice. A learned q is a closer bound: it gives the flow what it can describe best.

    Args:
        levels: L.
        network: a model from images in [−1, 1] to twice as many channels: μ and log σ.

    Shapes: k, ε and a are (batch, height, width, channels).

    References: Theis, van den Oord and Bethge, "A note on the evaluation of generative models" (2016); Ho et al.,
    "Flow++: improving flow-based generative models with variational dequantization" (2019).
    """

    parts, settings = ("network",), ("levels",)

    def __init__(self, levels, network, **kwargs):
        super().__init__(**kwargs)
        if levels < 2:
            raise ValueError(f"A pixel has at least two levels, not {levels!r}.")
        self.levels, self.network = levels, network

    def call(self, k, noise):
        """a, and log |det ∂a/∂u| − log q(u given k) of shape (batch,)."""
        output = ops.cast(self.network(2 * k / (self.levels - 1) - 1), noise.dtype)
        mean, log_deviation = ops.split(output, 2, axis=-1)
        w = mean + ops.exp(log_deviation) * noise
        # u = σ_Sig(w), and 1 − u = σ_Sig(−w) without cancellation; so v and 1 − v
        v, rest = (k + ops.sigmoid(w)) / self.levels, (self.levels - 1 - k + ops.sigmoid(-w)) / self.levels
        log_v, log_rest = ops.log(v), ops.log(rest)
        # da/du = 1 / (L v (1 − v)),   du/dw = u (1 − u) with log u = −softplus(−w)
        log_determinant = sum_of_each(-log_v - log_rest - math.log(self.levels))
        log_q = log_density(noise) + sum_of_each(-log_deviation + ops.softplus(w) + ops.softplus(-w))
        return log_v - log_rest, log_determinant - log_q

    def inverse(self, a):
        """k: the whole numbers below L v."""
        return ops.clip(ops.floor(self.levels * ops.sigmoid(a)), 0, self.levels - 1)
