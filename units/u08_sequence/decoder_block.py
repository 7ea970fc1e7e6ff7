"""The decoder block of a transformer: nothing comes from the future, and it may look at an encoder's output (§7.5)."""

import keras

from units.u08_sequence.encoder_block import EncoderBlock


@keras.saving.register_keras_serializable("medl")
class DecoderBlock(EncoderBlock):
    """Causal self-attention, attention to a memory if there is one, and a feed-forward network.

    x ← x + attention(x, x) with the causal mask;   x ← x + attention(x, memory);   x ← x + f(x)

    with the normalizations and the dropout of ``EncoderBlock``. Without a memory this is the block of GPT.

    Args:
        cross: whether there is a memory, the output of an encoder, at which each step looks.
        **options: those of ``EncoderBlock``. Rotary positions are for the self-attention only.

    Shapes: x (batch, seq, d_model), memory (batch, keys, d_model), output (batch, seq, d_model).

    Raises:
        ValueError: heads does not divide d_model; there is a memory without ``cross``, or none with it.
    """

    def __init__(self, heads, d_inner, *arguments, cross=False, **options):
        super().__init__(heads, d_inner, *arguments, **options)
        self.cross = cross

    def build(self, x_shape, memory_shape=None):
        """Create the parts for inputs (batch, seq, d_model) and, with ``cross``, a memory (batch, keys, d_model)."""
        self.attention = self._attention("attention", x_shape)
        self.attention_norm = self._norm("attention_norm", x_shape)
        if self.cross:
            self.cross_attention = self._attention(
                "cross_attention", x_shape, memory_shape or x_shape, rotary=False
            )
            self.cross_attention_norm = self._norm("cross_attention_norm", x_shape)
        self._build_feed_forward(x_shape)

    def call(
        self,
        x,
        memory=None,
        attention_mask=None,
        memory_mask=None,
        return_weights=False,
        cache=None,
        start=0,
        training=False,
    ):
        """The output, then with ``return_weights`` the weights of each attention, then the new cache if there is one.

        Args:
            x: inputs, shape (batch, seq, d_model).
            memory: output of an encoder, shape (batch, keys, d_model), with ``cross`` only.
            attention_mask: booleans that broadcast to (batch, seq, seq), in addition to the causal mask. With a cache
                they broadcast to (batch, seq, length of the cache).
            memory_mask: booleans that broadcast to (batch, seq, keys): where the memory is no padding.
            return_weights: whether the weights are returned too: (batch, heads, seq, seq), and with ``cross`` also
                (batch, heads, seq, keys).
            cache: keys and values of the self-attention for the steps before ``start`` (``empty_cache``), or None.
            start: the position of the first step of x.
            training: whether dropout is on.
        """
        if (memory is not None) != self.cross:
            raise ValueError(
                "A decoder block with cross=True is called with a memory, and one with cross=False without."
            )

        def attend(x):
            output, *kept = self.attention(
                x,
                attention_mask=attention_mask,
                use_causal_mask=True,
                return_weights=True,
                cache=cache,
                start=start,
                training=training,
            )
            return output, kept

        def attend_to_memory(x):
            return self.cross_attention(
                x, memory, attention_mask=memory_mask, return_weights=True, training=training
            )

        x, (weights, *new_cache) = self.around(self.attention_norm, attend, x, training)
        returned = [weights]
        if self.cross:
            x, weights = self.around(self.cross_attention_norm, attend_to_memory, x, training)
            returned.append(weights)
        x, _ = self.around(self.feed_forward_norm, lambda x: (self.feed_forward(x), None), x, training)
        returned = [x] + returned * bool(return_weights) + new_cache
        return returned[0] if len(returned) == 1 else tuple(returned)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "cross": self.cross}
