"""Padding, masks and lengths over all layers and models of the unit: the same four tests for each of them."""

import functools

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, one_program
from units import u08_sequence as u08
from units.u08_sequence.tokens import PAD, START

WIDTH, SEQ, TOKENS = 4, 5, 9
LENGTHS = np.array([5, 2, 1, 0])  # the last row is all padding
MASK = np.arange(SEQ) < LENGTHS[:, None]


def _cell(make):
    layer = make(WIDTH)
    layer.build((None, WIDTH))
    return layer, lambda x, mask: u08.unroll(layer, x, mask)[0]


def _rnn(make):
    layer = keras.layers.RNN(make(WIDTH), return_sequences=True)
    layer.build((None, SEQ, WIDTH))
    return layer, lambda x, mask: layer(x, mask=mask)


def _both_directions():
    layer = keras.layers.Bidirectional(keras.layers.RNN(u08.GRUCell(WIDTH), return_sequences=True))
    layer.build((None, SEQ, WIDTH))
    return layer, lambda x, mask: layer(x, mask=mask)


def _attention(layer):
    layer.build((None, SEQ, WIDTH))
    return layer, lambda x, mask: layer(x, attention_mask=mask[:, None])


def _additive():
    layer = u08.AdditiveAttention(3)
    layer.build((None, SEQ, WIDTH), (None, SEQ, WIDTH))
    return layer, lambda x, mask: layer(x, x, attention_mask=mask[:, None])[0]


def _decoder():
    layer = u08.DecoderBlock(2, 3, cross=True)
    layer.build((None, SEQ, WIDTH), (None, SEQ, WIDTH))

    def call(x, mask):
        return layer(x, memory=x, attention_mask=mask[:, None], memory_mask=mask[:, None])

    return layer, call


# A decoder holds attention to itself and to a memory.
LAYERS = {
    "rnn_cell": lambda: _cell(u08.RNNCell),
    "gru_cell": lambda: _cell(u08.GRUCell),
    "lstm_cell": lambda: _cell(u08.LSTMCell),
    "lstm_layer": lambda: _rnn(u08.LSTMCell),
    "both_directions": _both_directions,
    "additive": _additive,
    "multi_head_rotary": lambda: _attention(u08.MultiHeadAttention(2, 2, rotary=True)),
    "encoder_post_norm": lambda: _attention(u08.EncoderBlock(2, 3)),
    "encoder_pre_norm": lambda: _attention(u08.EncoderBlock(2, 3, norm_first=True)),
    "decoder": _decoder,
}
LOOPS = [name for name in LAYERS if name.endswith(("_cell", "_layer")) or name == "both_directions"]


def _classifier():
    layer = u08.EncoderClassifier(u08.TextEncoder(TOKENS, WIDTH, 2, 3), 3)
    return layer, layer


def _masked():
    layer = u08.MaskedLanguageModel(TOKENS, WIDTH, 2, 3, seed=0)
    return layer, layer


def _translator(kind):
    layer = u08.LSTMTranslator(TOKENS, TOKENS, WIDTH, SEQ, kind)

    def call(ids):
        inputs = ops.zeros_like(ids[:, :1]) + ops.convert_to_tensor([[START, 4, 5]], dtype="int32")
        return ops.reshape(layer((ids, inputs)), (ids.shape[0], 3 * TOKENS))

    return layer, call


# tokens (batch, seq) → (batch, seq, …) or one vector for each text; two of them hold a text encoder. A translator
# without attention is in test_translation.py; its encoder and decoder are those of the two here.
MODELS = {
    "classifier": _classifier,
    "masked_language_model": _masked,
    "lstm_translator_dot": lambda: _translator("dot"),
    "lstm_translator_additive": lambda: _translator("additive"),
}


def random_weights(layer):
    rng = np.random.default_rng(0)
    for v in layer.trainable_variables:
        v.assign(rng.normal(size=v.shape).astype("float32"))


@pytest.fixture(scope="module", params=LAYERS)
def layer(request):
    """The layer's output and the derivatives of a cost by inputs and weights, as one compiled function.

    Returns what is found for each filling of the padding, the function, and whether the layer is a loop over time.
    """
    layer, call = LAYERS[request.param]()
    loops = request.param in LOOPS
    random_weights(layer)

    def both(x, mask):
        def cost(x):
            y = call(x, mask)
            # only true places count, as in a masked loss
            return ops.sum(ops.square(y) * ops.cast(mask, y.dtype)[..., None]), y

        (_, y), gradients = course.value_and_grad(cost, [x, *layer.trainable_variables], has_aux=True)
        return y, gradients

    compiled, forward = one_program(both), one_program(call)

    def run(x, mask, derivatives=True):
        arguments = ops.convert_to_tensor(x.astype("float32")), ops.convert_to_tensor(mask)
        y, gradients = compiled(*arguments) if derivatives else (forward(*arguments), [])
        return ops.convert_to_numpy(y), [ops.convert_to_numpy(g) for g in keras.tree.flatten(gradients)]

    return functools.cache(lambda fill: run(inputs(fill), MASK)), run, loops


def inputs(fill):
    """Random values at true places, and at the padding zeros (0) or other values with the seed ``fill``."""
    x = np.random.default_rng(99).normal(size=(*MASK.shape, WIDTH))
    other = 10 * np.random.default_rng(fill).normal(size=x.shape) if fill else 0.0
    return np.where(MASK[..., None], x, other)


def test_values_of_the_padding_change_nothing(layer):
    found, _, _ = layer
    (y, gradients), (other, other_gradients) = found(0), found(1)
    assert_close(other[MASK], y[MASK], rtol=1e-4, atol=1e-5)
    for g, h in zip(gradients, other_gradients, strict=True):
        assert_close(h, g, rtol=1e-3, atol=1e-4)


def test_a_row_of_padding_is_finite(layer):
    for fill in (0, 1):
        y, gradients = layer[0](fill)
        assert all(np.isfinite(each).all() for each in (y, *gradients))
        assert not gradients[0][~MASK].any()


def test_one_step_alone(layer):
    """A batch of one and length one, without padding; derivatives too where a loop over time is differentiated."""
    found, run, loops = layer
    y, gradients = run(inputs(1)[2:3, :1], MASK[2:3, :1], derivatives=loops)
    assert_close(y[0], found(1)[0][2, :1], rtol=1e-4, atol=1e-5)
    assert all(np.isfinite(g).all() for g in gradients)


IDS = np.where(MASK, np.random.default_rng(5).integers(4, TOKENS, size=MASK.shape), PAD).astype("int32")


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    layer, call = MODELS[request.param]()
    random_weights(layer)

    def both(ids):
        def cost():
            y = call(ids)
            return ops.sum(ops.square(y)), y

        (_, y), gradients = course.value_and_grad(cost, layer.trainable_variables, has_aux=True)
        return y, gradients

    compiled, forward = one_program(both), one_program(call)

    def run(ids, derivatives=True):
        ids = ops.convert_to_tensor(ids)
        y, gradients = compiled(ids) if derivatives else (forward(ids), [])
        return ops.convert_to_numpy(y), [ops.convert_to_numpy(g) for g in keras.tree.flatten(gradients)]

    return functools.cache(lambda: run(IDS)), run, request.param.startswith("lstm")


def true_part(y, mask):
    return y[mask] if y.ndim == 3 else y


def test_more_padding_changes_no_text(model):
    found, run, _ = model
    y, _ = run(np.pad(IDS, ((0, 0), (0, 2))), derivatives=False)
    before = found()[0]
    if y.ndim == 3:
        y = y[:, :SEQ]
    assert_close(true_part(y, MASK), true_part(before, MASK), rtol=1e-4, atol=1e-5)


def test_a_text_without_tokens_is_finite(model):
    y, gradients = model[0]()
    assert all(np.isfinite(each).all() for each in (y, *gradients))


def test_one_token_alone(model):
    found, run, loops = model
    alone, gradients = run(IDS[2:3, :1], derivatives=loops)
    expected = found()[0][2:3]
    assert_close(alone, expected[:, :1] if alone.ndim == 3 else expected, rtol=1e-4, atol=1e-5)
    assert all(np.isfinite(g).all() for g in gradients)
