"""A vector for each frequent pair of neighbouring tokens, beside the vectors of the tokens (§7.1)."""

import keras
import numpy as np
from keras import ops

from units.u03_optimization.hyperparameters import check_size
from units.u08_sequence.tokens import PAD, require_tokens


@keras.saving.register_keras_serializable("medl")
class PairEmbedding(keras.layers.Layer):
    """Vectors of pairs, to be added to the vectors of the second token of each pair.

    e_t = E_{k(w_{t−1}, w_t)}, and 0 if that pair has no vector

    "not good" is no sum of "not" and "good". A network can learn that from the positions of both words, but with a
    vector of its own for the pair it needs far fewer texts. The pairs that have a vector are those that ``adapt`` has
    chosen; k(v, w) is the row of the pair (v, w) in the table E of their vectors, which are 0 before training. In front
    of the first token, and at padding, there is no pair.

    Args:
        vocabulary: number of tokens V, at most 46,340: the pairs are numbered from 0 to V² − 1, in 32 bits.
        pairs: the largest number of pairs that have a vector.
        d_model: length of the vectors.

    Shapes: tokens (batch, seq) with ``PAD`` at the end, output (batch, seq, d_model).

    Raises:
        ValueError: a size is not positive, V is too large, or ``adapt`` is given something else than tokens.

    References: Joulin, Grave, Bojanowski, Mikolov, "Bag of tricks for efficient text classification" (2017).
    """

    def __init__(self, vocabulary, pairs, d_model, **kwargs):
        super().__init__(**kwargs)
        V, pairs = check_size("vocabulary", vocabulary), check_size("pairs", pairs)
        if V > 46_340:
            raise ValueError(
                f"vocabulary must be at most 46340, not {V}: the numbers of V² pairs must fit into 32 bits."
            )
        self.sizes = {"vocabulary": V, "pairs": pairs, "d_model": check_size("d_model", d_model)}
        # the pair (v, w) has the number v V + w; those that are known, sorted, and V² where there is none
        none = keras.initializers.Constant(V * V)
        self.known = self.add_weight((pairs,), none, dtype="int32", trainable=False, name="known")
        self.embedding = keras.layers.Embedding(pairs, d_model, embeddings_initializer="zeros")

    def build(self, input_shape):
        """Build the vectors for tokens (batch, seq)."""
        self.embedding.build(input_shape)

    @property
    def adapted(self):
        """Whether there is a pair that has a vector."""
        return bool(ops.convert_to_numpy(self.known)[0] < self.sizes["vocabulary"] ** 2)

    def adapt(self, tokens):
        """Choose the pairs that occur in the most texts; each gets a vector, which is 0.

        Args:
            tokens: numbers of tokens, shape (texts, seq), padded at the end.
        """
        V, pairs = self.sizes["vocabulary"], self.sizes["pairs"]
        require_tokens(tokens, V)
        tokens = np.asarray(tokens).astype("int64")
        if tokens.ndim != 2:
            raise ValueError(f"tokens must have the shape (texts, seq), not {tokens.shape}.")
        true = (tokens[:, :-1] != PAD) & (tokens[:, 1:] != PAD)
        numbers = np.where(true, tokens[:, :-1] * V + tokens[:, 1:], -1)
        once = [np.unique(row) for row in numbers]  # a pair counts once in each text
        found, counts = np.unique(np.concatenate([row[row >= 0] for row in once]), return_counts=True)
        if not len(found):
            raise ValueError("The texts hold no pair of tokens: they need at least two tokens each.")
        most = np.sort(found[np.argsort(-counts, kind="stable")[:pairs]])
        self.known.assign(np.pad(most, (0, pairs - len(most)), constant_values=V * V).astype("int32"))
        if self.embedding.built:
            self.embedding.embeddings.assign(np.zeros(self.embedding.embeddings.shape))

    def call(self, tokens):
        """The vectors of the pairs that end at each token."""
        tokens = ops.cast(tokens, "int32")
        before = ops.pad(tokens, [[0, 0], [1, 0]], constant_values=PAD)[:, :-1]
        number = before * self.sizes["vocabulary"] + tokens
        place = ops.reshape(ops.searchsorted(self.known, ops.reshape(number, (-1,))), ops.shape(number))
        k = ops.minimum(place, self.sizes["pairs"] - 1)
        true = ops.logical_and(ops.not_equal(before, PAD), ops.not_equal(tokens, PAD))
        found = ops.logical_and(true, ops.equal(ops.take(self.known, k), number))
        vectors = self.embedding(k)
        return vectors * ops.cast(found, vectors.dtype)[..., None]

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes}
