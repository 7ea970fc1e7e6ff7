"""A distribution over sequences of code numbers, one number after the other (§8.1)."""

import keras
import numpy as np
from keras import ops

from units.u07_generative.likelihood_model import LikelihoodModel


@keras.saving.register_keras_serializable("medl")
class CodePrior(LikelihoodModel):
    """An autoregressive model with one hidden layer for each place, all made from the same running sum.

    p(k_1, …, k_n) = ∏_i p(k_i given k_1, …, k_{i−1})

    h_i = silu(w_i + ∑_{j<i} W_{j, k_j}),   p(k_i = · given the others before) = softmax(w'_i + V_i h_i)

    The sum for place i + 1 is that for place i plus one row of W, so all places together cost one cumulative sum.

    Args:
        places: n.
        size: K; numbers are 0, …, K − 1.
        width: length of h_i.

    Shapes: numbers are (batch, places). ``fit`` takes numbers alone, and ``sample`` returns numbers.

    References: Larochelle and Murray, "The neural autoregressive distribution estimator" (2011).
    """

    def __init__(self, places, size, width=64, **kwargs):
        super().__init__(**kwargs)
        self.places, self.size, self.width = places, size, width
        self.rows = self.add_weight(shape=(places, size, width), initializer="random_normal", name="rows")
        self.offsets = self.add_weight(shape=(places, width), initializer="zeros", name="offsets")
        self.heads = self.add_weight(shape=(places, width, size), initializer="random_normal", name="heads")
        self.head_offsets = self.add_weight(shape=(places, size), initializer="zeros", name="head_offsets")

    def call(self, numbers):
        """Logits of every place given those before it: (batch, places, size)."""
        chosen = ops.one_hot(ops.cast(numbers, "int32"), self.size)
        terms = ops.einsum("bpk,pkw->bpw", chosen, self.rows)
        # ∑_{j<i} W_{j, k_j}: the cumulative sum without the place itself
        h = ops.silu(ops.cumsum(terms, axis=1) - terms + self.offsets)
        return ops.einsum("bpw,pwk->bpk", h, self.heads) + self.head_offsets

    def log_density(self, numbers, training=False):
        """log p of every sequence, shape (batch,)."""
        losses = keras.losses.sparse_categorical_crossentropy(
            ops.cast(numbers, "int32"), self(numbers), from_logits=True
        )
        return -ops.sum(losses, axis=1)

    def draw(self, size, rng):
        """Sequences, one place after the other: the largest of logit + Gumbel noise is a draw from the softmax."""
        rows, offsets, heads, head_offsets = (
            ops.convert_to_numpy(v) for v in (self.rows, self.offsets, self.heads, self.head_offsets)
        )
        total, numbers = np.zeros((size, self.width), "float32"), np.zeros((size, self.places), "int32")
        for i in range(self.places):
            a = total + offsets[i]
            logits = (a / (1 + np.exp(-a))) @ heads[i] + head_offsets[i]
            numbers[:, i] = np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)
            total += rows[i, numbers[:, i]]
        return numbers

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "places": self.places, "size": self.size, "width": self.width}
