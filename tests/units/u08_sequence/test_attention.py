"""Attention, masks, positions and the online softmax: against Keras, and with nothing from the future."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer, one_program
from units import u08_sequence as u08

RNG = np.random.default_rng(0)
BATCH, SEQ, WIDTH = 2, 4, 6
X = RNG.normal(size=(BATCH, SEQ, WIDTH)).astype("float32")
Y = RNG.normal(size=(BATCH, 5, WIDTH)).astype("float32")


def twins(**options):
    """Our layer and Keras's with the same random weights."""
    ours = u08.MultiHeadAttention(2, 3, **options)
    theirs = keras.layers.MultiHeadAttention(2, 3, **options)
    ours.build(X.shape)
    theirs.build(X.shape, X.shape, X.shape)
    assert [v.shape for v in ours.weights] == [v.shape for v in theirs.weights]
    for v, w in zip(ours.weights, theirs.weights, strict=True):
        v.assign(RNG.normal(size=v.shape))
        w.assign(v)
    return ours, theirs


def test_multi_head_attention_is_kerass():
    """To itself with a causal and a padding mask, and to other keys; outputs, weights and gradients."""
    ours, theirs = twins()
    mask = ops.convert_to_tensor(
        np.repeat(np.arange(SEQ) < np.array([[4], [3]]), SEQ, 0).reshape(2, SEQ, SEQ)
    )
    D = RNG.normal(size=X.shape).astype("float32")

    def cost(call, x):
        output, weights, crossed = call(x)
        return ops.sum(ops.multiply(output + crossed, D)), (output, weights, crossed)

    def our_call(x):
        output, weights = ours(x, attention_mask=mask, use_causal_mask=True, return_weights=True)
        return output, weights, ours(x, Y)

    def keras_call(x):
        output, weights = theirs(
            x, x, attention_mask=mask, use_causal_mask=True, return_attention_scores=True
        )
        return output, weights, theirs(x, Y)

    found = [
        one_program(
            lambda x, call=call, layer=layer: course.value_and_grad(
                lambda x: cost(call, x), [x, *layer.trainable_variables], has_aux=True
            )
        )(ops.convert_to_tensor(X))
        for call, layer in ((our_call, ours), (keras_call, theirs))
    ]
    for a, b in zip(*(keras.tree.flatten(f) for f in found), strict=True):
        assert_close(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_nothing_comes_from_the_future(training):
    """The last step is changed: no earlier output may change, with dropout on and with weights returned, too."""
    layer = u08.MultiHeadAttention(2, 3, dropout=0.3, seed=1)
    layer.build(X.shape)
    for i, v in enumerate(layer.trainable_variables):
        v.assign(np.cos(np.arange(np.prod(v.shape)) + i).reshape(v.shape))
    states = [(v, np.array(ops.convert_to_numpy(v))) for v in layer.non_trainable_variables]

    @one_program
    def run(x):
        options = {"use_causal_mask": True, "training": training}
        return layer(x, **options), *layer(x, **options, return_weights=True)

    found = []
    for last in (X[:, -1], 100 * X[:, -1] + 7):
        for v, value in states:  # of the random numbers: the same dropout in both
            v.assign(value)
        x = np.concatenate([X[:, :-1], last[:, None]], axis=1)
        *outputs, weights = map(ops.convert_to_numpy, run(ops.convert_to_tensor(x)))
        found.append(outputs)
        assert not np.triu(weights, 1).any()
    again = ops.convert_to_numpy(run(ops.convert_to_tensor(x))[0])
    assert np.array_equal(again, outputs[0]) != training  # dropout is on
    for before, after in zip(*found, strict=True):
        assert_close(before[:, :-1], after[:, :-1], rtol=1e-5, atol=1e-6)
        assert not np.allclose(before[:, -1], after[:, -1])


def test_multi_head_attention_is_a_good_layer():
    check_layer(
        u08.MultiHeadAttention,
        (2, 3, 4),
        init_kwargs={"heads": 2, "d": 2, "use_bias": False},  # that of the keys would not move in training
        expected_output_shape=(2, 3, 4),
        policies=("mixed_float16",),
    )


def test_the_bias_of_the_keys_has_no_effect():
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    layer = u08.MultiHeadAttention(2, 2)
    layer.build(x.shape)
    call = one_program(lambda x: layer(x))

    def outputs():
        return ops.convert_to_numpy(call(ops.convert_to_tensor(x)))

    before = outputs()
    layer.key[1].assign(layer.key[1] + 5.0)
    assert_close(outputs(), before, rtol=1e-4, atol=1e-5)
    layer.value[1].assign(layer.value[1] + 5.0)
    assert np.abs(outputs() - before).max() > 0.1


def test_masks():
    assert np.array_equal(ops.convert_to_numpy(u08.causal_mask(3))[0], np.tril(np.ones((3, 3), bool)))
    assert np.array_equal(ops.convert_to_numpy(u08.causal_mask(1, 4))[0], np.ones((1, 4), bool))
    assert ops.convert_to_numpy(u08.padding_mask([2, 0], 3)).tolist() == [
        [[True, True, False]],
        [[False] * 3],
    ]
    output, weights = u08.dot_product_attention(X, X, X, u08.padding_mask([2, 0], SEQ))
    assert_close(output[1], np.zeros((SEQ, WIDTH)), rtol=0, atol=0)  # no key at all
    assert_close(ops.sum(weights[0, :, :2], axis=-1), np.ones(SEQ), rtol=1e-6)


def test_additive_attention_is_a_loop():
    layer = u08.AdditiveAttention(3)
    output, weights = layer(X, Y)
    w_q, w_k, w = (ops.convert_to_numpy(d.kernel) for d in (layer.query, layer.key, layer.score))
    e = np.array(
        [[[float((np.tanh(q @ w_q + k @ w_k) @ w)[0]) for k in Y[n]] for q in X[n]] for n in range(BATCH)]
    )
    p = np.exp(e) / np.exp(e).sum(-1, keepdims=True)
    assert_close(weights, p, rtol=1e-5, atol=1e-6)
    assert_close(output, p @ Y, rtol=1e-4, atol=1e-5)


def test_rotary_scores_depend_on_the_distance_only():
    q, k = RNG.normal(size=(2, 1, 6)).astype("float32")
    scores = [
        float(ops.convert_to_numpy(u08.rotate(q, [t]) @ ops.transpose(u08.rotate(k, [t - 3])))[0, 0])
        for t in (3, 10, 50)
    ]
    assert_close(scores, [scores[0]] * 3, rtol=1e-4, atol=1e-4)
    turned = ops.convert_to_numpy(u08.rotate(X))
    assert_close(np.linalg.norm(turned, axis=-1), np.linalg.norm(X, axis=-1), rtol=1e-5)
    assert_close(turned[:, 0], X[:, 0], rtol=0, atol=0)
    # a pair as a complex number, turned by e^{i t ω}
    pairs = (X[..., 0::2] + 1j * X[..., 1::2]) * np.exp(1j * np.arange(SEQ)[:, None] * u08.frequencies(WIDTH))
    assert_close(turned[..., 0::2], pairs.real, rtol=1e-4, atol=1e-5)
    assert_close(turned[..., 1::2], pairs.imag, rtol=1e-4, atol=1e-5)


def test_sinusoids_of_a_shifted_position_are_turned():
    table = u08.sinusoidal_positions(30, 8)
    assert table.shape == (30, 8)
    assert_close(table[0], [0, 1] * 4, rtol=0, atol=0)
    assert_close(table @ table.T, np.cos((np.arange(30)[:, None] - np.arange(30))[..., None]
                 * u08.frequencies(8)).sum(-1), rtol=1e-4, atol=1e-4)  # fmt: skip


@pytest.mark.parametrize("block", [1, 2, 5, 9])
def test_online_attention_is_attention(block):
    scores, values = RNG.normal(size=(2, 3, 5)).astype("float32"), Y[..., :4]
    scores[0, 0] = [-1e4, 1e4, 3, -np.inf, 1e4]  # large ones, and a key that is not allowed
    got = one_program(lambda e, v: u08.online_attention(e, v, block))(scores, values)
    p = np.exp(scores.astype("float64") - scores.max(-1, keepdims=True))
    assert_close(got, p / p.sum(-1, keepdims=True) @ values, rtol=1e-5, atol=1e-5)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u08.causal_mask(3, 2), "see nothing"),
        (lambda: u08.dot_product_attention(X, X[..., :3], X), "the same last axis"),
        (lambda: u08.sinusoidal_positions(4, 5), "must be even"),
        (lambda: u08.MultiHeadAttention(0, 2), "must be positive"),
        (lambda: u08.online_attention(X, X, 0), "at least one key"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
