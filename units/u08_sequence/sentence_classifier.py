"""Texts of different lengths in, one logit out: a recurrent network and a transformer (§7.3, §7.5)."""

import keras
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from units.u03_optimization.hyperparameters import check_share
from units.u08_sequence.encoder_block import EncoderBlock
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.pair_embedding import PairEmbedding
from units.u08_sequence.tokens import PAD, require_tokens


@course.fused
def mean_over_tokens(x, mask):
    """The mean over the true tokens of each text.

    mean = ∑_t m_t x_t / max(1, ∑_t m_t)

    A text without any true token gets zeros.

    Args:
        x: shape (batch, seq, features).
        mask: m, booleans of shape (batch, seq).

    Returns:
        Shape (batch, features).
    """
    x = ops.convert_to_tensor(x)
    m = ops.cast(mask, x.dtype)[..., None]
    return ops.sum(x * m, axis=1) / ops.maximum(ops.sum(m, axis=1), 1)


@keras.saving.register_keras_serializable("medl")
class SentenceClassifier(CheckedData, keras.Model):
    """Embed the tokens, let them influence each other, average the true ones, and compute one logit.

    logit = mean_over_tokens(f(embedding(w_1), …, embedding(w_T))) · w + b

    Padding changes nothing: it is masked in f and left out of the mean. A subclass defines f as ``between(x, mask,
    training)``; here it is the identity, so this class is a bag of words with learned vectors.

    In training each token is masked like padding with probability ``token_dropout``. So the logit cannot depend on a
    single word that only a few texts of the training set have. With ``pairs``, the vector of a token is the sum of its
    own and of that of the pair which it forms with the token before it, whether that one is masked or not;
    ``model.pairs.adapt(tokens)`` chooses the pairs before the training.

    Args:
        vocabulary: number of tokens V.
        d_model: length of the vectors.
        dropout: rate, after the embedding and before the last layer.
        token_dropout: rate, of whole tokens.
        pairs: number of pairs of tokens that have a vector, see ``PairEmbedding``; 0 for none.

    Attributes:
        pairs: the ``PairEmbedding``, or None.

    Shapes: tokens (batch, seq) with ``PAD`` at the end, logits (batch, 1).

    Raises:
        ValueError: a size is not positive, token_dropout is not in [0, 1), a token is not of the vocabulary, or the
            pairs were not chosen.

    References: Iyyer, Manjunatha, Boyd-Graber, Daumé, "Deep unordered composition rivals syntactic methods for text
    classification" (2015), for the mean and for ``token_dropout``.
    """

    def __init__(self, vocabulary, d_model, dropout=0.0, token_dropout=0.0, pairs=0, **kwargs):
        super().__init__(**kwargs)
        if vocabulary < 1 or d_model < 1:
            raise ValueError(f"vocabulary and d_model must be positive, not {vocabulary} and {d_model}.")
        self.sizes = {"vocabulary": vocabulary, "d_model": d_model, "dropout": dropout}
        self.sizes |= {"token_dropout": check_share("token_dropout", token_dropout), "pairs": pairs}
        self.pairs = PairEmbedding(vocabulary, pairs, d_model) if pairs else None
        self.seeds = keras.random.SeedGenerator() if token_dropout else None
        self.embedding = keras.layers.Embedding(vocabulary, d_model)
        self.dropout = keras.layers.Dropout(dropout)
        self.logit = keras.layers.Dense(1)

    def check_inputs(self, x):
        """Tokens of the vocabulary."""
        require_tokens(x, self.sizes["vocabulary"])

    def fit(self, *args, **kwargs):
        """Keras's ``fit``, of a model whose pairs are chosen, if it has any."""
        if self.pairs is not None and not self.pairs.adapted:
            raise ValueError(
                "The pairs that have a vector are not chosen yet: call model.pairs.adapt(tokens)."
            )
        return super().fit(*args, **kwargs)

    def between(self, x, mask, training):
        """f: vectors (batch, seq, d_model) to vectors (batch, seq, features)."""
        return x

    def call(self, tokens, training=False):
        """The logits of the positive class."""
        mask = ops.not_equal(tokens, PAD)
        if training and self.seeds is not None:
            kept = keras.random.uniform(ops.shape(tokens), seed=self.seeds) >= self.sizes["token_dropout"]
            mask = ops.logical_and(mask, kept)
        x = self.embedding(tokens)
        if self.pairs is not None:
            x = x + self.pairs(tokens)
        x = self.dropout(x, training=training)
        x = mean_over_tokens(self.between(x, mask, training), mask)
        return self.logit(self.dropout(x, training=training))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.sizes}


@keras.saving.register_keras_serializable("medl")
class LSTMClassifier(SentenceClassifier):
    """f is an LSTM: the vector of place t knows the tokens up to t.

    Args:
        units: size of its state.
        others: see ``SentenceClassifier``.
    """

    def __init__(self, vocabulary, d_model, units, dropout=0.0, token_dropout=0.0, pairs=0, **kwargs):
        super().__init__(vocabulary, d_model, dropout, token_dropout, pairs, **kwargs)
        self.sizes |= {"units": units}
        self.lstm = keras.layers.RNN(LSTMCell(units), return_sequences=True)

    def between(self, x, mask, training):
        """The states of all steps; a masked step keeps the state before it."""
        return self.lstm(x, mask=mask, training=training)


@keras.saving.register_keras_serializable("medl")
class TransformerClassifier(SentenceClassifier):
    """f is a stack of encoder blocks with rotary positions: every place sees all true tokens.

    Args:
        heads, d_inner: see ``EncoderBlock``.
        blocks: number of blocks.
        others: see ``SentenceClassifier``.
    """

    def __init__(
        self, vocabulary, d_model, heads, d_inner, blocks=1, dropout=0.0, token_dropout=0.0, pairs=0, **kwargs
    ):
        super().__init__(vocabulary, d_model, dropout, token_dropout, pairs, **kwargs)
        if blocks < 1:
            raise ValueError(f"blocks must be at least 1, not {blocks}.")
        self.sizes |= {"heads": heads, "d_inner": d_inner, "blocks": blocks}
        self.blocks = [
            EncoderBlock(heads, d_inner, dropout, norm_first=True, rotary=True) for _ in range(blocks)
        ]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5)

    def between(self, x, mask, training):
        """All blocks, one after the other, and the normalization that pre-norm needs at the end."""
        for block in self.blocks:
            x = block(x, attention_mask=mask[:, None], training=training)
        return self.norm(x)
