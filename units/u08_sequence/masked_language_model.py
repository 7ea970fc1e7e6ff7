"""Masked modelling: hide some tokens of a text, and predict them from all the others (§7.5)."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from units.u08_sequence.text_encoder import TextEncoder
from units.u08_sequence.token_model import TokenModel, token_cross_entropy
from units.u08_sequence.tokens import PAD, SPECIAL, require_tokens


@course.fused
def corrupted(ids, choice, kind, other, mask_token, share=0.15):
    """Choose tokens to predict, and change most of them.

    a true token is chosen with the probability ``share``;   of the chosen ones
    80% become the mask token,   10% a random token,   10% stay

    A model sees no mask token when it is used later. Because some chosen tokens stay and some are wrong, it has to
    compute a good vector for every token, and not only for the mask token.

    Args:
        ids: token numbers, shape (batch, seq); ``PAD`` is never chosen.
        choice, kind: uniform random numbers in [0, 1), shape (batch, seq): which tokens are chosen, and what becomes of
            them.
        other: random token numbers, shape (batch, seq).
        mask_token: the number of the mask token.
        share: of the tokens that are chosen.

    Returns:
        The changed numbers and booleans that say which places were chosen, both of shape (batch, seq).
    """
    ids = ops.convert_to_tensor(ids)
    chosen = ops.logical_and(choice < share, ops.not_equal(ids, PAD))
    changed = ops.where(kind < 0.8, ops.cast(mask_token, ids.dtype), ops.cast(other, ids.dtype))
    changed = ops.where(kind < 0.9, changed, ids)
    return ops.where(chosen, changed, ids), chosen


@keras.saving.register_keras_serializable("medl")
class MaskedLanguageModel(CheckedData, TokenModel):
    """An encoder that learns to fill gaps.

    C = −(1/n) ∑ log p(w_t | the corrupted text),   over the n chosen places of the batch

    logits_t = tanh(h_t W + b) Eᵀ + b',   with the encoder's own vectors E of the tokens

    The random choice is another one in every step, so a text is never seen twice in the same way. Unlike a language
    model from left to right it sees both sides, and it cannot write a text.

    Args:
        tokens: size of the vocabulary. The mask token has the number ``tokens``: the encoder has one vector more.
        width, heads, d_inner, blocks, dropout: see ``TextEncoder``.
        share: of the tokens that are chosen.
        seed: of the choice.

    Shapes: tokens (batch, seq) with ``PAD`` at the end, logits (batch, seq, tokens). ``fit`` takes tokens alone.

    Raises:
        ValueError: share is not in (0, 1), there is no token besides the special ones, or a token is not of the
            vocabulary.

    Example::

        model = MaskedLanguageModel(40, width=32, heads=2, d_inner=64)
        model.compile(keras.optimizers.Adam(0.003))
        model.fit(ids, epochs=10)
        classifier = EncoderClassifier(model.encoder, classes=2)

    References: Devlin, Chang, Lee, Toutanova, "BERT: pre-training of deep bidirectional transformers for language
    understanding" (2019).
    """

    def __init__(self, tokens, width, heads, d_inner, blocks=1, dropout=0.0, share=0.15, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 < share < 1:
            raise ValueError(f"share must lie between 0 and 1, not {share}.")
        if tokens <= len(SPECIAL):
            raise ValueError(f"tokens must be more than the {len(SPECIAL)} special ones, not {tokens}.")
        self.options = {"width": width, "heads": heads, "d_inner": d_inner, "blocks": blocks}
        self.tokens, self.rate, self.share, self.seed = tokens, dropout, share, seed
        self.encoder = TextEncoder(tokens + 1, dropout=dropout, **self.options)
        self.inner = keras.layers.Dense(width, activation="tanh")
        self.bias = self.add_weight(shape=(tokens,), initializer="zeros", name="bias")
        self.draws = keras.random.SeedGenerator(seed)
        self.right = keras.metrics.Mean(name="right")
        self.encoder.build((None, None))
        self.inner.build((None, None, width))
        self.built = True

    def check_inputs(self, x):
        """Tokens of the vocabulary, and the mask token."""
        require_tokens(x, self.tokens + 1)

    def call(self, ids, training=False):
        """Logits of the true token at every place."""
        h = self.inner(self.encoder(ids, training=training))
        vectors = ops.convert_to_tensor(self.encoder.embedding.embeddings)[: self.tokens]
        return ops.matmul(h, ops.transpose(vectors)) + self.bias

    def corrupt(self, ids):
        """A random choice of places: the changed numbers and the booleans of ``corrupted``."""
        choice, kind, other = (
            keras.random.uniform(ops.shape(ids), dtype="float32", seed=self.draws) for _ in range(3)
        )
        ordinary = self.tokens - len(SPECIAL)
        other = len(SPECIAL) + ops.minimum(ops.floor(other * ordinary), ordinary - 1)
        return corrupted(ids, choice, kind, other, self.tokens, self.share)

    def cost(self, data, training):
        """Corrupt the batch, and predict what stood at the chosen places; also the share that is right."""
        ids = _tokens(data)
        changed, chosen = self.corrupt(ids)
        logits = self(changed, training=training)
        value, number = token_cross_entropy(logits, ids, chosen)
        right = ops.logical_and(chosen, ops.equal(ops.cast(ops.argmax(logits, axis=-1), ids.dtype), ids))
        return value, number, ops.sum(ops.cast(right, "float32")) / ops.maximum(number, 1.0)

    def report(self, value, number, right):
        """The cost, and the share of right tokens."""
        self.right.update_state(right, sample_weight=number)
        return {**super().report(value, number), "accuracy": self.right.result()}

    def get_config(self):
        """The arguments of ``__init__``."""
        own = {"tokens": self.tokens, "dropout": self.rate, "share": self.share, "seed": self.seed}
        return {**super().get_config(), **self.options, **own}


def _tokens(data):
    ids, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
    if targets is not None or weights is not None:
        raise ValueError("Masked modelling makes its own targets: fit takes tokens (batch, seq) alone.")
    return ids
