"""A linear map with dropout, for features in a matrix or for the words of a text (§8.5)."""

import keras
import numpy as np
from keras import ops


def words_of(matrix):
    """The columns that are not 0 in each row of a matrix of zeros and ones, as ``LinearMap`` takes them.

    Args:
        matrix: zeros and ones, shape (nodes, features).

    Returns:
        int32 of shape (nodes, words); a row with fewer words than the longest one ends with −1.

    Raises:
        ValueError: another number of axes, or another number than 0 and 1.

    Example:
        >>> words_of(np.array([[0, 1, 1], [1, 0, 0]])).tolist()
        [[1, 2], [0, -1]]
    """
    x = np.asarray(matrix)
    if x.ndim != 2 or not np.isin(x, (0, 1)).all():
        raise ValueError(
            "words_of takes a matrix of zeros and ones, (nodes, features): it stores where the ones are and no values."
        )
    counts = np.count_nonzero(x, axis=1)
    words = np.full((len(x), max(1, counts.max(initial=0))), -1, "int32")
    words[np.arange(words.shape[1]) < counts[:, None]] = np.nonzero(x)[1]
    return words


@keras.saving.register_keras_serializable("medl")
class LinearMap(keras.layers.Layer):
    """Dropout, then a product with a matrix; no bias.

    a matrix X:            dropout(X) W
    words w_1, …, w_n:     (1/n) ∑_j m_j / (1 − p) W_{w_j},   m_j = 1 with probability 1 − p, else 0

    The second line is the first for a row with the entries 1/n in the columns of its words. Of the 1,433 columns of a
    paper of Cora 18 are not 0: only they are drawn and multiplied.

    Args:
        units: columns of W.
        vocabulary: number of different words, if the input holds numbers of words; None for a matrix.
        dropout: p.

    Shapes: X (nodes, features), or words (nodes, words) with −1 where a row is shorter; output (nodes, units).
    """

    def __init__(self, units, vocabulary=None, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.vocabulary, self.rate = units, vocabulary, dropout
        self.dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)

    def build(self, input_shape):
        """Create W."""
        self.kernel = self.add_weight(name="kernel", shape=(self.vocabulary or input_shape[-1], self.units))

    def call(self, x, training=None):
        """The product."""
        if self.vocabulary is None:
            x = ops.cast(x, self.compute_dtype)  # integers: dropout divides
            return ops.matmul(self.dropout(x, training=training), self.kernel)
        is_word = ops.cast(x >= 0, self.compute_dtype)
        shares = is_word / ops.maximum(ops.sum(is_word, axis=1, keepdims=True), 1)
        rows = ops.take(self.kernel, ops.maximum(ops.cast(x, "int32"), 0), axis=0)
        # (1/n) ∑_j m_j / (1 − p) W_{w_j}
        return ops.sum(self.dropout(shares, training=training)[..., None] * rows, axis=1)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "units": self.units,
            "vocabulary": self.vocabulary,
            "dropout": self.rate,
        }
