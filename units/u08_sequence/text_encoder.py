"""A stack of encoder blocks that turns tokens into vectors which know their whole text (§7.5)."""

import keras
from keras import ops

from course.training.rules.checked_data import CheckedData
from units.u03_optimization.hyperparameters import check_size
from units.u08_sequence.encoder_block import EncoderBlock
from units.u08_sequence.sentence_classifier import mean_over_tokens
from units.u08_sequence.tokens import PAD, require_tokens


@keras.saving.register_keras_serializable("medl")
class TextEncoder(keras.layers.Layer):
    """Embedding, pre-norm encoder blocks with rotary positions, and a last normalization.

    h = norm(block_n(… block_1(embedding(w_1), …, embedding(w_T))))

    No place sees the padding, and every true place sees all true places, those after it too. It is the encoder that
    masked modelling trains, and that a classifier then begins with.

    Args:
        tokens: number of tokens that have a vector.
        width: d_model.
        heads, d_inner, dropout: see ``EncoderBlock``.
        blocks: n.

    Shapes: tokens (batch, seq) with ``PAD`` at the end, output (batch, seq, width).

    Raises:
        ValueError: a number is not positive, or the channels of a head, width / heads, are not an even number.
    """

    def __init__(self, tokens, width, heads, d_inner, blocks=1, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        tokens, width = check_size("tokens", tokens), check_size("width", width)
        heads, d_inner = check_size("heads", heads), check_size("d_inner", d_inner)
        blocks = check_size("blocks", blocks)
        if width % (2 * heads):
            raise ValueError(f"width / heads must be an even whole number, not {width} / {heads}.")
        self.sizes = {"tokens": tokens, "width": width, "heads": heads, "d_inner": d_inner, "blocks": blocks}
        self.rate = dropout
        options = {"norm_first": True, "rotary": True, "dtype": self.dtype_policy}
        self.embedding = keras.layers.Embedding(tokens, width, dtype=self.dtype_policy)
        self.blocks = [EncoderBlock(heads, d_inner, dropout, "gelu", **options) for _ in range(blocks)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, dtype=self.dtype_policy)

    def build(self, input_shape):
        """Build all layers for tokens (batch, seq)."""
        self.embedding.build(input_shape)
        for layer in (*self.blocks, self.norm):
            layer.build((*input_shape, self.sizes["width"]))

    def call(self, tokens, training=False):
        """One vector for each token."""
        mask = ops.not_equal(tokens, PAD)[:, None, :]  # (batch, 1, seq): the same keys for all queries
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, attention_mask=mask, training=training)
        return self.norm(x)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes, "dropout": self.rate}


@keras.saving.register_keras_serializable("medl")
class EncoderClassifier(CheckedData, keras.Model):
    """Classes of whole texts: the mean vector of the true tokens, and a dense layer.

    z = (1 / number of true tokens) ∑_{t true} h_t W + b

    The encoder is shared, not copied: to fine-tune is to train this model with an encoder that has been trained.

    Args:
        encoder: a ``TextEncoder``.
        classes: number of classes.

    Shapes: tokens (batch, seq), logits z (batch, classes).
    """

    def __init__(self, encoder, classes, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.classes = encoder, check_size("classes", classes)
        self.logits = keras.layers.Dense(self.classes)
        if not encoder.built:
            encoder.build((None, None))
        self.logits.build((None, encoder.sizes["width"]))
        self.built = True

    def check_inputs(self, x):
        """Tokens of the encoder's vocabulary."""
        require_tokens(x, self.encoder.sizes["tokens"])

    def call(self, tokens, training=False):
        """Logits of each text; a text without any token gets those of the zero vector."""
        h = self.encoder(tokens, training=training)
        return self.logits(mean_over_tokens(h, ops.not_equal(tokens, PAD)))

    def get_config(self):
        """The arguments of ``__init__``."""
        encoder = keras.saving.serialize_keras_object(self.encoder)
        return {**super().get_config(), "encoder": encoder, "classes": self.classes}

    @classmethod
    def from_config(cls, config):
        """The inverse of ``get_config``."""
        encoder = keras.saving.deserialize_keras_object(config.pop("encoder"))
        return cls(encoder, **config)
