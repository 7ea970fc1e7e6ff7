"""Translation with two LSTMs: through one state, or with attention to all states of the encoder (§7.4)."""

import keras
from keras import ops

from units.u08_sequence.attention import AdditiveAttention, dot_product_attention
from units.u08_sequence.encoder_decoder import EncoderDecoder
from units.u08_sequence.tokens import PAD


@keras.saving.register_keras_serializable("medl")
class LSTMTranslator(EncoderDecoder):
    """An LSTM reads the source, and a second one begins with its last state and writes the target.

    decoder:            q_t, c_t = cell(w_t, q_{t−1}, c_{t−1}),   q_0 = h_last,   c_0 = h_last W_c + b_c
    without attention:  z_t = q_t W + b
    with attention:     z_t = tanh([q_t, ∑_s p_{t s} h_s] W_o + b_o) W + b

    h_s is the encoder's state at token s of the source, h_last that of the last true token, q_t the decoder's state at
    step t, and z_t are the logits. Without attention the source has to fit into h_last. With it the query q_t looks at
    all h_s; scores are scaled dot products or additive, and padding of the source has the weight 0.

    Args:
        attention: None, "dot" or "additive".
        others: see ``EncoderDecoder``.

    Raises:
        ValueError: there is no such attention.

    References: Sutskever et al., 2014; Bahdanau et al., 2015; Luong, Pham and Manning, Effective approaches to
    attention-based neural machine translation, 2015 (the query is the state after the step, as here).
    """

    def __init__(self, source_tokens, target_tokens, width, length, attention=None, dropout=0.0, **kwargs):
        super().__init__(source_tokens, target_tokens, width, length, dropout, **kwargs)
        if attention not in (None, "dot", "additive"):
            raise ValueError(f'attention is None, "dot" or "additive", not {attention!r}.')
        self.kind = attention
        # the equations of this unit's LSTMCell, in one kernel where there is one
        self.encoder = keras.layers.LSTM(width, return_sequences=True)
        self.decoder = keras.layers.LSTM(width, return_sequences=True)
        self.bridge = keras.layers.Dense(width)
        for layer in (self.encoder, self.decoder, self.bridge):
            layer.build((None, None, width))
        if attention:
            self.combine = keras.layers.Dense(width, activation="tanh")
            self.combine.build((None, None, 2 * width))
        if attention == "additive":
            self.additive = AdditiveAttention(width)
            self.additive.build((None, None, width), (None, None, width))

    def encode(self, sources, training=False):
        """[states h_s (batch, seq, width), mask (batch, seq), last h and c (batch, width)]."""
        mask = ops.not_equal(sources, PAD)
        x = self.dropout(self.source_embedding(sources), training=training)
        states = self.encoder(x, training=training)
        # padding is at the end, so no true state sees it; h_last is 0 if there is no true token
        places = ops.cumsum(ops.cast(mask, "int32"), axis=1)
        last = ops.logical_and(mask, places == places[:, -1:])
        h = ops.sum(states * ops.cast(last, states.dtype)[..., None], axis=1)
        return [states, mask, h, self.bridge(h)]

    def decode(self, memory, inputs, training=False):
        """Padding of the inputs is at the end, so no true step sees it, and the decoder needs no mask."""
        keys, mask, h, c = memory
        x = self.dropout(self.target_embedding(inputs), training=training)
        states = self.decoder(x, initial_state=[h, c], training=training)
        weights = None
        if self.kind:
            mask = mask[:, None, :]
            if self.kind == "dot":
                found, weights = dot_product_attention(states, keys, keys, mask)
            else:
                found, weights = self.additive(states, keys, attention_mask=mask)
            states = self.combine(ops.concatenate([states, found], axis=-1))
        return self.dropout(states, training=training), weights

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "attention": self.kind}
