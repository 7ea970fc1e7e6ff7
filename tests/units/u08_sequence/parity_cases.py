"""The models of unit 8, very small, whose ten steps must agree on the three backends: one case for each training step.

Random draws come from ``course.testing.portable_random``.
"""

import keras
import numpy as np

from units import u08_sequence as u08
from units.u08_sequence.tokens import END, PAD, START

STEPS, BATCH, SEQ, TOKENS = 10, 16, 6, 9


def _texts(seed=0, first=None, last=None):
    """Texts of 1 to ``SEQ`` tokens with padding at the end; with START and END if they are given."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, SEQ + 1, size=STEPS * BATCH)
    texts = [rng.integers(4, TOKENS, size=n).tolist() for n in lengths]
    ends = [[first], [last]] if first is not None else [[], []]
    return u08.padded([[*ends[0], *text, *ends[1]] for text in texts], SEQ + len(ends[0]) + len(ends[1]))


def _trained(model, *data):
    model.compile(keras.optimizers.SGD(0.05))
    return model, data


def masked_language_model():
    model = u08.MaskedLanguageModel(TOKENS, width=4, heads=2, d_inner=5, share=0.3, seed=0)
    return _trained(model, _texts())


def _translator(attention):
    model = u08.LSTMTranslator(TOKENS, TOKENS, 4, SEQ, attention)
    targets = _texts(1, START, END)
    assert PAD in targets
    return _trained(model, _texts(), targets)


def lstm_translator():
    return _translator(None)


def lstm_translator_dot():
    return _translator("dot")


def lstm_translator_additive():
    return _translator("additive")


def attention_only():
    """Keras's own step with weights for each token."""
    model = u08.AttentionOnlyModel(TOKENS, 4, 1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.05), loss=loss)
    pieces = u08.repeated_pieces(STEPS * BATCH, TOKENS, 4, 2, 3, np.random.default_rng(0))
    return model, u08.next_tokens(*pieces)


def transformer_translator():
    model = u08.TransformerTranslator(TOKENS, TOKENS, 4, SEQ, heads=2, d_inner=5)
    return _trained(model, _texts(), _texts(1, START, END))


def _windows():
    rows = np.random.default_rng(0).integers(0, TOKENS, size=(STEPS * BATCH, SEQ + 1)).astype("int32")
    return rows[:, :-1], rows[:, 1:]


def gpt():
    return _trained(u08.GPT(TOKENS, SEQ, 1, 2, 4, d_inner=5, dropout=0.2), *_windows())


def modern_gpt():
    return _trained(u08.ModernGPT(TOKENS, SEQ, 1, 2, 4, d_inner=5, switches={"groups": 1}), *_windows())


def skip_gram():
    model = u08.SkipGram(np.full(TOKENS, 1 / TOKENS), 3, negatives=2, seed=0)
    pairs = np.random.default_rng(0).integers(0, TOKENS, size=(STEPS * BATCH, 2)).astype("int32")
    return _trained(model, pairs)


CASES = {
    f.__name__: f
    for f in (
        masked_language_model,
        lstm_translator,
        lstm_translator_dot,
        lstm_translator_additive,
        transformer_translator,
        attention_only,
        gpt,
        modern_gpt,
        skip_gram,
    )
}
