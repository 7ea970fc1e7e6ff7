"""Multi-head attention: several attentions side by side, each in a space of its own (§7.5)."""

import functools

import keras
from keras import ops

from units.u08_sequence.attention import dot_product_attention
from units.u08_sequence.key_value_cache import cached_mask, empty_cache, stored
from units.u08_sequence.masks import causal_mask
from units.u08_sequence.positions import rotate


@keras.saving.register_keras_serializable("medl")
class MultiHeadAttention(keras.layers.Layer):
    """Multi-head attention, equal to ``keras.layers.MultiHeadAttention`` with the same weights.

    head_j = attention(x W_j^q + b_j^q,  y W_j^k + b_j^k,  y W_j^v + b_j^v),   output = ∑_j head_j W_j^o + b^o

    Args:
        heads: number of heads.
        d: size of the queries and keys of a head; the values have it too.
        dropout: rate at which weights are dropped in training.
        use_bias: whether the four products have biases. That of the keys has no effect: it adds q_t · b_j^k to all
            scores of a query, and softmax does not change if all scores grow by the same number.
        rotary: whether queries and keys are turned by their positions (``rotate``); d is then even.
        seed: of the dropout.

    Shapes: queries x (batch, queries, d_model), keys and values y (batch, keys, d_model), output (batch, queries,
    d_model). The weights have Keras's shapes and order: query, key and value kernels (d_model, heads, d) and biases
    (heads, d), output kernel (heads, d, d_model) and bias (d_model,).

    Raises:
        ValueError: heads or d is not positive, or d is odd with rotary positions.
    """

    def __init__(self, heads, d, dropout=0.0, use_bias=True, rotary=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        if heads < 1 or d < 1:
            raise ValueError(f"heads and d must be positive, not {heads} and {d}.")
        if rotary and d % 2:
            raise ValueError(f"Rotary positions turn pairs of channels, so d must be even, not {d}.")
        self.heads, self.d, self.rate, self.use_bias, self.seed = heads, d, dropout, use_bias, seed
        self.rotary = rotary
        self.dropout = keras.layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(self, queries_shape, keys_shape=None):
        """Create the kernels and biases."""
        keys_shape = queries_shape if keys_shape is None else keys_shape
        inner, keys = (self.heads, self.d), self.key_shape()

        def pair(name, kernel, bias):
            weights = [self.add_weight(name=f"{name}_kernel", shape=kernel, initializer="glorot_uniform")]
            if self.use_bias:
                weights.append(self.add_weight(name=f"{name}_bias", shape=bias, initializer="zeros"))
            return weights

        self.query = pair("query", (queries_shape[-1], *inner), inner)
        self.key = pair("key", (keys_shape[-1], *keys), keys)
        self.value = pair("value", (keys_shape[-1], *keys), keys)
        self.output_pair = pair("output", (*inner, queries_shape[-1]), (queries_shape[-1],))

    def key_shape(self):
        """The shape of the keys of one step, (heads, d): here each head has its own."""
        return self.heads, self.d

    def project(self, queries, keys, start=0):
        """q (batch, heads, queries, d), k and v (batch, heads, keys, d); the first step has the position ``start``."""

        def product(x, kernel, bias=0.0):
            # (batch, steps, d_model) → (batch, heads, steps, d)
            return ops.transpose(ops.einsum("btm,mhd->bthd", x, kernel) + bias, (0, 2, 1, 3))

        q, k, v = product(queries, *self.query), product(keys, *self.key), product(keys, *self.value)
        q, k = self.normalized(q, k)
        if self.rotary:
            q, k = (rotate(x, ops.arange(x.shape[-2]) + start) for x in (q, k))
        return q, k, v

    def call(
        self,
        queries,
        keys=None,
        attention_mask=None,
        use_causal_mask=False,
        return_weights=False,
        cache=None,
        start=0,
        training=False,
    ):
        """The output, and with ``return_weights`` the weights (batch, heads, queries, keys) before dropout.

        ``attention_mask`` holds booleans that broadcast to (batch, queries, keys), true where a query may look. It has
        three axes, so that a mask (batch, keys) is not taken for one of queries: write mask[:, None].

        With a ``cache`` (see ``empty_cache``) the inputs are the steps from ``start`` on. Their keys and values are
        stored, the queries look at all stored ones up to their own step, and the new cache is returned at the end.
        """
        keys = queries if keys is None else keys
        q, k, v = self.project(queries, keys, start)
        masks = [] if attention_mask is None else [attention_mask]
        if masks and len(attention_mask.shape) != 3:
            raise ValueError(
                "attention_mask has the axes (batch, queries, keys), as those of causal_mask and padding_mask, not the "
                f"shape {tuple(attention_mask.shape)}. For a mask (batch, keys) write mask[:, None]."
            )
        if cache is not None:
            k, v = cache = stored(cache, k, v, start)
            masks.append(cached_mask(start, q.shape[-2], k.shape[-2]))
        elif use_causal_mask:
            masks.append(causal_mask(q.shape[-2], k.shape[-2]))
        # (batch, queries, keys) → (batch, 1, queries, keys): the same mask for all heads
        mask = ops.expand_dims(functools.reduce(ops.logical_and, masks), 1) if masks else None
        k, v = self.for_each_head(k), self.for_each_head(v)
        heads, weights = dot_product_attention(q, k, v, mask)
        if self.rate and training:
            heads = ops.matmul(self.dropout(weights, training=training), v)
        kernel, *bias = self.output_pair
        output = sum(bias, ops.einsum("bhtd,hdm->btm", heads, kernel))
        returned = [output] + [weights] * bool(return_weights) + [cache] * (cache is not None)
        return returned[0] if len(returned) == 1 else tuple(returned)

    def empty_cache(self, batch, length):
        """A cache for so many sequences and steps, nothing stored yet."""
        return empty_cache(batch, self.key_shape()[0], length, self.d, self.compute_dtype)

    def normalized(self, q, k):
        """Queries and keys before they are turned; here nothing is changed."""
        return q, k

    def for_each_head(self, x):
        """Keys or values (batch, heads, keys, d) as the queries see them; here nothing is changed."""
        return x

    def get_config(self):
        """The arguments of ``__init__``."""
        options = {"heads": self.heads, "d": self.d, "dropout": self.rate, "use_bias": self.use_bias}
        options |= {"rotary": self.rotary, "seed": self.seed}
        return {**super().get_config(), **options}
