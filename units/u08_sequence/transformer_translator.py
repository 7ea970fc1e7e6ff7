"""Translation with a transformer: encoder blocks, and decoder blocks with attention to the encoder (§7.5)."""

import keras
from keras import ops

from units.u08_sequence.decoder_block import DecoderBlock
from units.u08_sequence.encoder_block import EncoderBlock
from units.u08_sequence.encoder_decoder import EncoderDecoder
from units.u08_sequence.positions import sinusoidal_positions
from units.u08_sequence.tokens import PAD


@keras.saving.register_keras_serializable("medl")
class TransformerTranslator(EncoderDecoder):
    """A transformer: an encoder that sees the whole source, and a decoder that also looks at the encoder's output.

    x_t = embedding(w_t) + position_t
    memory = norm(encoder blocks(x of the source))
    logits = norm(decoder blocks(x of the inputs, memory)) W + b

    The blocks have the normalization before each part (pre-norm). The embeddings begin with the variance 1, which is
    that of the first transformer's embeddings times √d_model. Padding of the source has the weight 0 in the encoder and
    in the decoder; padding of the inputs stands at the end, where the causal mask hides it.

    Args:
        heads: number of heads of each attention; d_model is ``width``.
        blocks: number of encoder blocks, and of decoder blocks.
        d_inner: width of the feed-forward networks; 2 · width if None.
        others: see ``EncoderDecoder``.

    Raises:
        ValueError: heads does not divide the width, the width is odd, or there is no block.

    References: Vaswani et al., Attention is all you need, 2017.
    """

    def __init__(
        self,
        source_tokens,
        target_tokens,
        width,
        length,
        heads=4,
        blocks=1,
        d_inner=None,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(source_tokens, target_tokens, width, length, dropout, **kwargs)
        if width % 2:
            raise ValueError(f"Positions come in pairs of channels, so the width must be even, not {width}.")
        if blocks < 1:
            raise ValueError(f"blocks must be at least 1, not {blocks}.")
        d_inner = 2 * width if d_inner is None else d_inner
        self.options = {"heads": heads, "blocks": blocks, "d_inner": d_inner}
        options = {"dropout": dropout, "norm_first": True}
        self.encoder_blocks = [EncoderBlock(heads, d_inner, **options) for _ in range(blocks)]
        self.decoder_blocks = [DecoderBlock(heads, d_inner, cross=True, **options) for _ in range(blocks)]
        self.encoder_norm, self.decoder_norm = (
            keras.layers.LayerNormalization(epsilon=1e-5) for _ in range(2)
        )
        shape = (None, None, width)
        for layer in (*self.encoder_blocks, *self.decoder_blocks, self.encoder_norm, self.decoder_norm):
            layer.build(shape)

    def _embedded(self, embedding, tokens, training):
        # x_t = embedding(w_t) + position_t
        x = embedding(tokens)
        x = x + ops.cast(sinusoidal_positions(x.shape[1], x.shape[2]), x.dtype)
        return self.dropout(x, training=training)

    def encode(self, sources, training=False):
        """[memory (batch, seq, width), mask (batch, seq)]."""
        mask = ops.not_equal(sources, PAD)
        x = self._embedded(self.source_embedding, sources, training)
        for block in self.encoder_blocks:
            x = block(x, attention_mask=mask[:, None, :], training=training)
        return [self.encoder_norm(x), mask]

    def decode(self, memory, inputs, training=False):
        """The states, and the weights of the last block's attention to the source, the mean over its heads."""
        keys, mask = memory
        x = self._embedded(self.target_embedding, inputs, training)
        for block in self.decoder_blocks:
            x, _, weights = block(
                x, keys, memory_mask=mask[:, None, :], return_weights=True, training=training
            )
        return self.decoder_norm(x), ops.mean(weights, axis=1)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.options}
