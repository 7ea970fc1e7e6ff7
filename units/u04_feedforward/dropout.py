"""Inverted dropout: set random units to 0 in training, no change at inference; and its ensemble (§5.6)."""

import keras
import numpy as np
from keras import ops

from course import validation
from units.u03_optimization.hyperparameters import check_share


@keras.saving.register_keras_serializable("medl")
class Dropout(keras.layers.Layer):
    """Set random units to 0.

    training:  ã = m ∘ a / (1 − p),  m_i = 1 with probability 1 − p, else 0
    inference: ã = a

    Because of the division E[ã] = a: the input of the next layer has the same mean in both phases.

    Args:
        rate: p, the probability that a unit is set to 0, in [0, 1).
        noise_shape: shape of m, to be broadcast to that of a; None in it stands for the length of a's own axis. A 1
            drops whole axes: ``(None, 1, None)`` drops a feature at all positions.
        seed: an integer for the same masks in every run, or None.

    Shapes: input and output (batch, …).

    Raises:
        ValueError: the rate is not in [0, 1), or ``noise_shape`` has another number of axes than the input.

    References: §5.6; Srivastava et al., "Dropout" (2014).
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = check_share("rate", rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, a, training=False):
        """ã = m ∘ a / (1 − p) in training, a at inference."""
        if not training or self.rate == 0:
            return a
        # the state of `seeds` changes at every call, so every batch has a new mask
        u = keras.random.uniform(self._mask_shape(a), dtype="float32", seed=self.seeds)
        # m_i = 1 with probability 1 − p, else 0
        m = ops.cast(u >= self.rate, a.dtype)
        # ã = m ∘ a / (1 − p)
        return m * a / (1 - self.rate)

    def _mask_shape(self, a):
        shape = ops.shape(a)
        if self.noise_shape is None:
            return shape
        if len(self.noise_shape) != len(shape):
            raise ValueError(f"noise_shape {self.noise_shape} does not fit inputs with {len(shape)} axes.")
        return tuple(own if n is None else n for n, own in zip(self.noise_shape, shape, strict=True))

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "rate": self.rate,
            "noise_shape": self.noise_shape,
            "seed": self.seed,
        }


def all_masks(units):
    """All masks of a layer, one for each member of the ensemble.

    Args:
        units: n, at most 16.

    Returns:
        A float32 array of zeros and ones, shape (2ⁿ, units).

    Raises:
        ValueError: n is not in 1 … 16.
    """
    if not 1 <= units <= 16:
        raise ValueError(f"2ⁿ masks are listed for n from 1 to 16, not {units}.")
    return ((np.arange(2**units)[:, None] >> np.arange(units)) & 1).astype("float32")


def mask_probabilities(masks, rate):
    """How often dropout draws each mask: ∏_i p^{1−m_i} (1 − p)^{m_i}, shape (masks,); p in [0, 1), or a ValueError."""
    rate, kept = check_share("rate", rate), np.asarray(masks, "float64").sum(axis=-1)
    # ∏_i p^{1−m_i} (1 − p)^{m_i}
    return rate ** (np.shape(masks)[-1] - kept) * (1 - rate) ** kept


def geometric_mean(probabilities, weights):
    """One distribution from many: the weighted geometric mean, normalized.

    ŷ_k ∝ ∏_m ŷ_{m,k}^{w_m} = exp(∑_m w_m log ŷ_{m,k})

    For softmax of a layer behind dropout this mean over all masks **is** the network without dropout: log ŷ_m is linear
    in the mask up to a constant, and E[m / (1 − p)] = 1.

    Args:
        probabilities: ŷ_m, (masks, …, classes).
        weights: w_m, (masks,), adding to 1; a mask of weight 0 does not count.

    Returns:
        A tensor (…, classes).

    Raises:
        ValueError: a probability is not in [0, 1], there is not one weight for each mask, or they do not add to 1.
    """
    probabilities = validation.probabilities(probabilities, "probabilities")
    weights = validation.numbers(weights, probabilities.shape[0], "weights", of="masks")
    weights = ops.cast(validation.distributions(weights, "weights"), probabilities.dtype)
    # 0 log 0 = 0: a probability of weight 0 is replaced by 1
    counts = ops.reshape(weights > 0, (-1, *[1] * (len(probabilities.shape) - 1)))
    logs = ops.log(ops.where(counts, probabilities, ops.ones_like(probabilities)))
    # ŷ_k ∝ exp(∑_m w_m log ŷ_{m,k})
    return ops.softmax(ops.tensordot(weights, logs, axes=([0], [0])))
