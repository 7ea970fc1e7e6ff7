"""Vector quantization: the nearest vector of a codebook, which follows the data by a moving average (§8.1)."""

import keras
import numpy as np
from keras import ops

from units.u03_optimization.hyperparameters import check_share


@keras.saving.register_keras_serializable("medl")
class VectorQuantizer(keras.layers.Layer):
    """Replace every vector by the nearest one of a codebook e_1, …, e_K.

    k(z) = argmin_k ‖z − e_k‖²,   output e_k(z),   gradient: that of the identity

    The argmin has no useful derivative, so the layer hands the gradient of its output to its input as it is (the
    straight-through estimator): the output is z + stop_gradient(e_k − z).

    The codebook is not trained by gradients. ``update`` moves every vector to a moving average of what is assigned to
    it, as K-means would with all data:

    n_k ← γ n_k + (1 − γ) |S_k|,   m_k ← γ m_k + (1 − γ) ∑_{z ∈ S_k} z,   e_k = m_k / n_k,   S_k = {z: k(z) = k}

    A vector that nothing is assigned to would never move again. If n_k falls below ``threshold``, e_k starts
    again at a random z of the mini-batch.

    Args:
        size: K, the number of vectors.
        gamma: γ in [0, 1).
        threshold: of n_k; 0 never starts a vector again.
        seed: of the random z; None takes one that depends on ``keras.utils.set_random_seed``.

    Shapes: z is (..., features); the output has its shape, the numbers k(z) are (...).

    References: van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning" (2017), appendix A.1.
    """

    def __init__(self, size, gamma=0.95, threshold=0.05, seed=None, **kwargs):
        super().__init__(**kwargs)
        if size < 1:
            raise ValueError(f"A codebook needs at least one vector, not {size!r}.")
        self.size, self.gamma, self.threshold, self.seed = size, check_share("gamma", gamma), threshold, seed
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, shape):
        """Make the codebook: random vectors, each with n_k = 1."""
        features = shape[-1]
        options = {"trainable": False, "dtype": "float32"}
        self.codebook = self.add_weight(
            shape=(self.size, features), initializer="random_normal", name="codebook", **options
        )
        self.counts = self.add_weight(shape=(self.size,), initializer="ones", name="counts", **options)
        self.sums = self.add_weight(shape=(self.size, features), initializer="zeros", name="sums", **options)
        self.sums.assign(self.codebook.value)
        self.built = True

    def nearest(self, z):
        """k(z): int32 of the shape of z without its last axis."""
        z, e = ops.convert_to_tensor(z, "float32"), ops.convert_to_tensor(self.codebook)
        # ‖z − e_k‖² without ‖z‖², which is the same for all k
        distances = ops.sum(ops.square(e), axis=-1) - 2 * ops.matmul(z, ops.transpose(e))
        return ops.argmin(distances, axis=-1)

    def vectors(self, numbers):
        """e_k for numbers k of any shape."""
        return ops.take(ops.convert_to_tensor(self.codebook), numbers, axis=0)

    def call(self, z):
        """The nearest vectors; the gradient passes to z as if nothing had been done."""
        # z + stop_gradient(e_k − z)
        return z + ops.stop_gradient(self.vectors(self.nearest(z)) - z)

    def update(self, z):
        """Move the codebook; call it in a training step, outside of the function that is differentiated.

        Returns:
            The number of vectors that the mini-batch has used.
        """
        z = ops.reshape(ops.stop_gradient(ops.convert_to_tensor(z)), (-1, z.shape[-1]))
        chosen = ops.one_hot(self.nearest(z), self.size)  # (batch, K)
        used = ops.sum(chosen, axis=0)
        # n_k ← γ n_k + (1 − γ) |S_k|,   m_k ← γ m_k + (1 − γ) ∑_{z ∈ S_k} z
        counts = self.gamma * self.counts + (1 - self.gamma) * used
        sums = self.gamma * self.sums + (1 - self.gamma) * ops.matmul(ops.transpose(chosen), z)
        rows = keras.random.randint((self.size,), 0, ops.shape(z)[0], seed=self.generator)
        unused = counts < self.threshold
        counts = ops.where(unused, 1.0, counts)
        sums = ops.where(unused[:, None], ops.take(z, rows, axis=0), sums)
        self.counts.assign(counts)
        self.sums.assign(sums)
        # e_k = m_k / n_k
        self.codebook.assign(sums / counts[:, None])
        return ops.sum(ops.cast(used > 0, "float32"))

    def compute_output_shape(self, input_shape):
        """That of z."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        names = ("size", "gamma", "threshold", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def perplexity(numbers):
    """How many of the K vectors of a codebook are in use: e to the entropy of the shares, between 1 and K.

    exp(−∑_k p_k log p_k),   p_k the share of the numbers that are k
    """
    _, counts = np.unique(numbers, return_counts=True)
    shares = counts / np.size(numbers)
    return float(np.exp(-np.sum(shares * np.log(shares))))
