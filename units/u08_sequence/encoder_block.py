"""The encoder block of a transformer: attention, then a feed-forward network, each with a residual (§7.5)."""

import keras

from units.u08_sequence.feed_forward import FeedForward
from units.u08_sequence.multi_head_attention import MultiHeadAttention


@keras.saving.register_keras_serializable("medl")
class EncoderBlock(keras.layers.Layer):
    """Self-attention and a feed-forward network, each with a residual connection and a normalization.

    post-norm (the first transformer):   x ← norm(x + dropout(f(x)))
    pre-norm (GPT-2 and later):          x ← x + dropout(f(norm(x)))

    f is first the attention, then the feed-forward network. With pre-norm the sum x goes through all blocks without a
    normalization, and so does its gradient: deep models train without a warm-up. The last block's output is then not
    normalized, so the model normalizes it once more.

    Args:
        heads: number of heads; a head has d_model / heads channels.
        d_inner: width of the feed-forward network.
        dropout: rate, for the weights of attention and for what each f adds.
        activation: of the feed-forward network.
        norm_first: pre-norm instead of post-norm.
        epsilon: added to the variance in the normalizations.
        rotary: whether attention turns queries and keys by their positions.
        use_bias: whether attention and feed-forward network have biases.

    Shapes: x (batch, seq, d_model), output the same.

    Raises:
        ValueError: heads does not divide d_model.

    References: Vaswani et al., "Attention is all you need" (2017); Xiong et al., "On layer normalization in the
    transformer architecture" (2020).
    """

    def __init__(
        self,
        heads,
        d_inner,
        dropout=0.0,
        activation="relu",
        norm_first=False,
        epsilon=1e-5,
        rotary=False,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.heads, self.d_inner, self.rate = heads, d_inner, dropout
        self.activation = keras.activations.get(activation)
        self.norm_first, self.epsilon = norm_first, epsilon
        self.rotary, self.use_bias = rotary, use_bias

    def build(self, input_shape):
        """Create attention, feed-forward network and normalizations for inputs (batch, seq, d_model)."""
        self.attention = self._attention("attention", input_shape)
        self.attention_norm = self._norm("attention_norm", input_shape)
        self._build_feed_forward(input_shape)

    def make_attention(self, heads, d, **options):
        """One attention, not yet built; ``ModernBlock`` has another one, and other norms and networks."""
        return MultiHeadAttention(heads, d, **options)

    def make_norm(self, **options):
        """One normalization, not yet built."""
        return keras.layers.LayerNormalization(epsilon=self.epsilon, **options)

    def make_feed_forward(self, **options):
        """The feed-forward network, not yet built."""
        return FeedForward(self.d_inner, self.activation, self.use_bias, **options)

    def _attention(self, name, queries_shape, keys_shape=None, rotary=None):
        d_model = queries_shape[-1]
        if self.heads < 1 or d_model % self.heads:
            raise ValueError(
                f"heads must divide d_model = {d_model}, not {self.heads}: each head gets the same share."
            )
        rotary = self.rotary if rotary is None else rotary
        options = {"rotary": rotary, "use_bias": self.use_bias, "dtype": self.dtype_policy, "name": name}
        layer = self.make_attention(self.heads, d_model // self.heads, dropout=self.rate, **options)
        layer.build(queries_shape, keys_shape)
        return layer

    def _norm(self, name, shape):
        norm = self.make_norm(dtype=self.dtype_policy, name=name)
        norm.build(shape)
        return norm

    def _build_feed_forward(self, shape):
        self.feed_forward = self.make_feed_forward(dtype=self.dtype_policy, name="feed_forward")
        self.feed_forward.build(shape)
        self.feed_forward_norm = self._norm("feed_forward_norm", shape)
        self.dropout = keras.layers.Dropout(self.rate, dtype=self.dtype_policy)

    def around(self, norm, f, x, training):
        """One f with its residual and its norm; f returns its output and something to keep (weights, a cache)."""
        if self.norm_first:
            # x + dropout(f(norm(x)))
            added, kept = f(norm(x))
            return x + self.dropout(added, training=training), kept
        # norm(x + dropout(f(x)))
        added, kept = f(x)
        return norm(x + self.dropout(added, training=training)), kept

    def call(self, x, attention_mask=None, return_weights=False, training=False):
        """The output, and with ``return_weights`` the weights of attention (batch, heads, seq, seq).

        ``attention_mask`` holds booleans that broadcast to (batch, seq, seq), for example those of ``padding_mask``.
        """

        def attend(x):
            return self.attention(x, attention_mask=attention_mask, return_weights=True, training=training)

        x, weights = self.around(self.attention_norm, attend, x, training)
        x, _ = self.around(self.feed_forward_norm, lambda x: (self.feed_forward(x), None), x, training)
        return (x, weights) if return_weights else x

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "heads": self.heads,
            "d_inner": self.d_inner,
            "dropout": self.rate,
            "activation": keras.activations.serialize(self.activation),
            "norm_first": self.norm_first,
            "epsilon": self.epsilon,
            "rotary": self.rotary,
            "use_bias": self.use_bias,
        }
