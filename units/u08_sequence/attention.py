"""Attention: an average of values, weighted by how well their keys fit a query (§7.4)."""

import keras
from keras import ops

import course


@course.fused
def attend(scores, values, mask=None):
    """Weights from scores, and the weighted averages.

    p_{t s} = exp(e_{t s}) / ∑_{s'} exp(e_{t s'}) over the keys s that m_{t s} allows;   output_t = ∑_s p_{t s} v_s

    A key that is not allowed has the weight 0. A query that may look at no key gets zeros, and not the average of what
    it must not see.

    Args:
        scores: e, shape (..., queries, keys).
        values: v, shape (..., keys, channels).
        mask: m, booleans that broadcast to the shape of the scores, or None.

    Returns:
        The outputs, shape (..., queries, channels), and the weights p, shape (..., queries, keys).

    Raises:
        ValueError: there are not as many values as keys.
    """
    scores, values = ops.convert_to_tensor(scores), ops.convert_to_tensor(values)
    if scores.shape[-1] != values.shape[-2]:
        raise ValueError(
            f"{scores.shape[-1]} keys need as many values: scores {tuple(scores.shape)} have the axes (..., queries, "
            f"keys), and values {tuple(values.shape)} the axes (..., keys, channels)."
        )
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(scores.dtype)):
        scores = ops.cast(scores, keras.config.floatx())
    if mask is None:
        weights = _softmax(scores)
    else:
        mask = ops.cast(mask, "bool")
        lowest = -3e4 if keras.backend.standardize_dtype(scores.dtype) == "float16" else -1e9
        weights = _softmax(ops.where(mask, scores, ops.cast(lowest, scores.dtype)))
        weights = ops.where(mask, weights, ops.zeros_like(weights))
    return ops.matmul(weights, values), weights


def _softmax(scores):
    # Keras warns of a softmax over a single key, whose weight is 1
    return ops.exp(scores - scores) if scores.shape[-1] == 1 else ops.softmax(scores, axis=-1)


@course.fused
def dot_product_attention(q, k, v, mask=None):
    """Scaled dot-product attention.

    e_{t s} = q_t · k_s / √d

    If the entries of q and k are independent with mean 0 and variance 1, the scores have the variance 1; without the
    root their deviation is √d, and the softmax nearly chooses one key, with a gradient near 0.

    Args:
        q: queries, shape (..., queries, d).
        k: keys, shape (..., keys, d).
        v: values, shape (..., keys, channels).
        mask: booleans that broadcast to (..., queries, keys), true where a query may look; or None.

    Returns:
        The outputs and the weights, as ``attend`` returns them.

    Raises:
        ValueError: queries and keys differ in d, or there are not as many values as keys.

    References: Vaswani et al., Attention is all you need, 2017.
    """
    q, k, v = (ops.convert_to_tensor(each) for each in (q, k, v))
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"Queries {tuple(q.shape)} and keys {tuple(k.shape)} need the same last axis, and keys and values "
            f"{tuple(v.shape)} the same number of steps."
        )
    scores = ops.matmul(q, ops.swapaxes(k, -1, -2)) / q.shape[-1] ** 0.5
    return attend(scores, v, mask)


@keras.saving.register_keras_serializable("medl")
class AdditiveAttention(keras.layers.Layer):
    """Additive attention: a small network scores each pair of a query and a key.

    e_{t s} = tanh(q_t W_q + k_s W_k) · w

    Args:
        units: width of the small network.

    Shapes: queries (batch, queries, features), keys and values (batch, keys, features); outputs (batch, queries,
    features) and weights (batch, queries, keys).

    References: Bahdanau, Cho and Bengio, Neural machine translation by jointly learning to align and translate, 2015.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.query = keras.layers.Dense(units, use_bias=False, dtype=self.dtype_policy)
        self.key = keras.layers.Dense(units, use_bias=False, dtype=self.dtype_policy)
        self.score = keras.layers.Dense(1, use_bias=False, dtype=self.dtype_policy)

    def build(self, queries_shape, keys_shape):
        """Build the three products."""
        if len(queries_shape) != 3 or len(keys_shape) != 3:
            raise ValueError(
                f"Queries and keys have the axes (batch, steps, features), not {tuple(queries_shape)} and "
                f"{tuple(keys_shape)}."
            )
        self.query.build(queries_shape)
        self.key.build(keys_shape)
        self.score.build((None, self.units))
        self.built = True

    def call(self, queries, keys, attention_mask=None):
        """The outputs and the weights; the keys are the values too."""
        pairs = ops.tanh(self.query(queries)[:, :, None] + self.key(keys)[:, None])
        return attend(self.score(pairs)[..., 0], keys, attention_mask)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "units": self.units}
