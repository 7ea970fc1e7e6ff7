"""Encoder and decoder blocks: against KerasHub and Keras's layers, with masks, and with nothing from the future."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer
from tests.units.u08_sequence.compiling import compiled
from units import u08_sequence as u08

RNG = np.random.default_rng(0)
BATCH, SEQ, KEYS, WIDTH, HEADS, INNER = 2, 4, 5, 6, 2, 7
X = RNG.normal(size=(BATCH, SEQ, WIDTH)).astype("float32")
MEMORY = RNG.normal(size=(BATCH, KEYS, WIDTH)).astype("float32")
MASK = np.arange(SEQ)[None, None, :] < np.array([4, 3])[:, None, None]  # the last key of a sample is padding
MEMORY_MASK = np.arange(KEYS)[None, None, :] < np.array([2, 5])[:, None, None]
KINDS = ["encoder", "decoder", "cross"]


def made(kind, **options):
    """A built block."""
    if kind == "encoder":
        block = u08.EncoderBlock(HEADS, INNER, **options)
    else:
        block = u08.DecoderBlock(HEADS, INNER, cross=kind == "cross", **options)
    block.build(X.shape, MEMORY.shape) if kind == "cross" else block.build(X.shape)
    return block


def called(block, kind, x=X, **options):
    if kind == "encoder":
        return block(x, attention_mask=MASK, **options)
    memory = {"memory": MEMORY, "memory_mask": MEMORY_MASK} if kind == "cross" else {}
    return block(x, attention_mask=MASK, **memory, **options)


def values_of(variables, seed=0):
    rng = np.random.default_rng(seed)
    return [0.5 * rng.normal(size=v.shape).astype("float32") for v in variables]


@pytest.mark.parametrize(
    ("kind", "norm_first"), [("encoder", False), ("encoder", True), ("decoder", True), ("cross", False)]
)
def test_blocks_are_those_of_keras_hub(kind, norm_first):
    hub = pytest.importorskip("keras_hub").layers
    ours = made(kind, activation="gelu", norm_first=norm_first)
    options = {"activation": "gelu", "normalize_first": norm_first}
    whole = np.repeat(MASK, SEQ, 1)
    if kind == "encoder":
        layer = hub.TransformerEncoder(INNER, HEADS, **options)
        layer.build(X.shape)

        def theirs(x):
            return layer(x, attention_mask=whole)
    else:
        layer = hub.TransformerDecoder(INNER, HEADS, **options)
        memory = [MEMORY] if kind == "cross" else []
        layer.build(X.shape, *(m.shape for m in memory))
        masks = {"encoder_attention_mask": np.repeat(MEMORY_MASK, SEQ, 1)} if memory else {}

        def theirs(x):
            return layer(x, *memory, decoder_attention_mask=whole, **masks)

    order = list(ours.weights)
    if kind == "encoder":  # there the norm of the feed-forward network comes before its layers
        order = order[:-6] + order[-2:] + order[-6:-2]
    assert [v.shape for v in order] == [v.shape for v in layer.weights]
    for v, w, value in zip(order, layer.weights, values_of(order), strict=True):
        v.assign(value)
        w.assign(value)
    D = RNG.normal(size=X.shape).astype("float32")

    def found(call, variables):
        def cost(x):
            output = call(x)
            return ops.sum(ops.multiply(output, D)), output

        step = compiled(lambda x: course.value_and_grad(cost, [x, *variables], has_aux=True))
        return keras.tree.flatten(step(X))

    ours_found = found(lambda x: called(ours, kind, x), order)
    for a, b in zip(ours_found, found(theirs, layer.weights), strict=True):
        assert_close(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_decoder_block_is_made_of_keras_layers(norm_first):
    """Attention, norms and dense layers of Keras in the order of the equations."""
    block = made("cross", norm_first=norm_first)
    for v, value in zip(block.weights, values_of(block.weights), strict=True):
        v.assign(value)
    values = [ops.convert_to_numpy(v) for v in block.weights]

    def attention(y, mask, causal):
        layer, keys = keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS), X if y is None else y
        layer.build(X.shape, keys.shape, keys.shape)
        layer.set_weights([values.pop(0) for _ in range(8)])
        mask = np.repeat(mask, SEQ, 1)
        return lambda x: layer(x, x if y is None else y, attention_mask=mask, use_causal_mask=causal)

    def dense():
        inner, outer = keras.layers.Dense(INNER, "relu"), keras.layers.Dense(WIDTH)
        inner.build(X.shape), outer.build((None, INNER))
        for layer in (inner, outer):
            layer.set_weights([values.pop(0), values.pop(0)])
        return lambda x: outer(inner(x))

    def around(f):
        norm = keras.layers.LayerNormalization(epsilon=1e-5)
        norm.build(X.shape)
        norm.set_weights([values.pop(0), values.pop(0)])
        return lambda x: x + f(norm(x)) if norm_first else norm(x + f(x))

    first = around(attention(None, MASK, True))
    second = around(attention(MEMORY, MEMORY_MASK, False))
    third = around(dense())
    assert not values
    theirs, ours = compiled(lambda x: third(second(first(x)))), compiled(lambda x: called(block, "cross", x))
    assert_close(ours(X), theirs(X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["decoder", "cross"])
@pytest.mark.parametrize("training", [False, True])
def test_nothing_comes_from_the_future(kind, training):
    """The last step is changed: no earlier output may change, with dropout on and with weights returned, too."""
    block = made(kind, dropout=0.3, norm_first=True, rotary=False)
    for v, value in zip(block.trainable_variables, values_of(block.trainable_variables), strict=True):
        v.assign(value)
    states = [(v, np.array(ops.convert_to_numpy(v))) for v in block.non_trainable_variables]
    run = compiled(
        lambda x: (
            called(block, kind, x, training=training),
            *called(block, kind, x, training=training, return_weights=True)[:2],
        )
    )
    found = []
    for factor in (1, -30):
        keras.utils.set_random_seed(0)  # the same dropout in both; torch draws it from its own generator
        for v, value in states:
            v.assign(value)
        x = X.copy()
        x[:, -1] *= factor
        *outputs, weights = run(x)
        found.append(outputs)
        assert not np.triu(weights, 1).any()
    assert np.array_equal(run(x)[0], outputs[0]) != training  # dropout is on
    for before, after in zip(*found, strict=True):
        assert_close(before[:, :-1], after[:, :-1], rtol=1e-5, atol=1e-5)
        assert not np.allclose(before[:, -1], after[:, -1])


@pytest.mark.parametrize("kind", KINDS)
def test_padding_has_no_influence(kind):
    """What stands at a padded key, and in the padding of the memory, changes no true output."""
    block = made(kind)
    run = compiled(lambda x: called(block, kind, x))
    before = run(X)
    x = X.copy()
    x[1, 3] = 50.0  # padding of the second sample
    after = run(x)
    assert_close(before[0], after[0], rtol=1e-5, atol=1e-5)
    assert_close(before[1, :3], after[1, :3], rtol=1e-5, atol=1e-5)
    if kind == "cross":
        memory = MEMORY.copy()
        memory[0, 2:] = 50.0
        run = compiled(lambda x, memory, mask: block(x, memory, attention_mask=MASK, memory_mask=mask))
        assert_close(before, run(X, memory, MEMORY_MASK), rtol=1e-5, atol=1e-5)
        assert np.all(np.isfinite(run(X, memory, np.zeros_like(MEMORY_MASK))))


def test_a_decoder_block_is_a_good_layer():
    check_layer(
        u08.DecoderBlock,
        (2, 3, 4),
        # without rotary positions the bias of the keys would not move in training
        init_kwargs={"heads": 2, "d_inner": 5, "norm_first": True, "rotary": True},
        expected_output_shape=(2, 3, 4),
        policies=(),
    )


def test_dropout_is_on_in_training_only():
    block = made("encoder", dropout=0.5)
    calm, training = (compiled(lambda x, t=t: called(block, "encoder", x, training=t)) for t in (False, True))
    assert_close(calm(X), calm(X), rtol=1e-6)
    one, two = (training(X) for _ in range(2))
    assert np.abs(one - two).max() > 0.1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u08.EncoderBlock(4, 7)(X), "must divide d_model = 6"),
        (lambda: u08.EncoderBlock(2, 0)(X), "d_inner must be positive"),
        (lambda: u08.EncoderBlock(2, 7, rotary=True)(X), "d must be even"),
        (lambda: u08.DecoderBlock(2, 7)(X, memory=MEMORY), "without"),
        (lambda: u08.DecoderBlock(2, 7, cross=True)(X), "with a memory"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
