"""GPT: its cost, its cache, nothing from the future, and that it learns and writes."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, one_program
from tests.units.u08_sequence.compiling import compiled
from units import u08_sequence as u08

V, CONTEXT = 7, 8
RNG = np.random.default_rng(0)
TOKENS = RNG.integers(V, size=(2, CONTEXT)).astype("int32")
SIZES = {"vocabulary": V, "context": CONTEXT, "layers": 2, "heads": 2, "d_model": 8, "d_inner": 12}
KINDS = {
    "learned": {"positions": "learned", "dropout": 0.3},
    "rotary": {"layers": 1, "positions": "rotary", "tied": False, "use_bias": False},
}


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    keras.utils.set_random_seed(1)
    model = u08.GPT(**SIZES | KINDS[request.param])
    rng = np.random.default_rng(1)
    for v in model.trainable_variables:
        v.assign(0.5 * rng.normal(size=v.shape).astype("float32") if len(v.shape) > 1 else v)
    return model


@pytest.fixture(scope="module")
def logits_of(model):
    return compiled(model)


def test_the_cached_forward_is_the_uncached_one(model, logits_of):
    """A prompt of three tokens, then steps of one token and of three, for a batch of two."""
    expected = logits_of(TOKENS)
    step = one_program(lambda tokens, caches, start: model.step(tokens, caches, start))
    caches, got = model.empty_caches(2), []
    for start, stop in ((0, 3), (3, 4), (4, 7), (7, 8)):
        tokens = ops.convert_to_tensor(TOKENS[:, start:stop])
        logits, caches = step(tokens, caches, ops.convert_to_tensor(start, "int32"))
        got.append(ops.convert_to_numpy(logits))
    assert_close(np.concatenate(got, axis=1), expected, rtol=1e-5, atol=1e-5)


def test_generate_is_the_same_with_and_without_cache(model, logits_of):
    """Also where the context is full and the model goes on with its last half."""
    with_cache = model.generate(TOKENS[:, :3], 9)
    without = model.generate(TOKENS[:, :3], 9, cache=False)
    assert with_cache.shape == (2, 12)
    assert np.array_equal(with_cache, without)
    assert np.array_equal(with_cache[:, :3], TOKENS[:, :3])
    logits = logits_of(with_cache[:, :CONTEXT])
    assert np.array_equal(np.argmax(logits, -1)[:, 2:], with_cache[:, 3 : CONTEXT + 1])
    # the tenth token is written from the last four, as the first tokens of a window
    logits = logits_of(np.pad(with_cache[:, 5:9], ((0, 0), (0, CONTEXT - 4))))
    assert np.array_equal(np.argmax(logits, -1)[:, 3], with_cache[:, 9])


@pytest.mark.parametrize("training", [False, True])
def test_nothing_comes_from_the_future(model, training):
    logits_of, outputs = compiled(model, training=training), []
    states = [(v, np.array(ops.convert_to_numpy(v))) for v in model.non_trainable_variables]
    for change in (0, 1):
        tokens = TOKENS.copy()
        tokens[:, 5] = (tokens[:, 5] + change) % V
        keras.utils.set_random_seed(0)  # the same dropout in both; torch draws it from its own generator
        for v, value in states:
            v.assign(value)
        outputs.append(logits_of(tokens))
    dropped = not np.array_equal(logits_of(tokens), outputs[1])
    assert dropped == (training and model.get_config()["dropout"] > 0)
    assert_close(outputs[0][:, :5], outputs[1][:, :5], rtol=1e-5, atol=1e-5)
    assert np.abs(outputs[0][:, 5:] - outputs[1][:, 5:]).max() > 1e-3


def test_it_learns_a_cycle_and_writes_it():
    """Tokens 0 1 2 0 1 …: the cost falls to nearly zero, and the perplexity to nearly one."""
    keras.utils.set_random_seed(0)
    model = u08.GPT(3, context=4, layers=1, heads=1, d_model=8, positions="rotary")
    model.compile(keras.optimizers.Adam(0.03))
    tokens, targets = u08.windows(np.arange(129) % 3, 4)
    before = model.perplexity(tokens, targets)
    assert 2 < before < 5  # near 3, what a model that knows nothing has
    losses = model.fit(tokens, targets, epochs=25, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.1 < losses[0]
    assert model.perplexity(tokens, targets) < 1.1
    assert model.generate([[2]], 6).tolist() == [[2, 0, 1, 2, 0, 1, 2]]


def test_the_cost_is_the_mean_of_the_targets_that_count():
    model = u08.GPT(5, context=4, layers=1, heads=1, d_model=4, ignore=u08.PAD)
    model.compile()
    tokens, targets = np.array([[1, 2, 3, 0]]), np.array([[2, 3, 4, 0]])
    logits = compiled(model)(tokens)[0].astype("float64")
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    expected = -np.mean([log_p[t, w] for t, w in enumerate([2, 3, 4])])
    assert_close(model.evaluate(tokens, targets, verbose=0), expected, rtol=1e-5)


def test_a_saved_model_is_the_same(tmp_path, model, logits_of):
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(compiled(again)(TOKENS), logits_of(TOKENS), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u08.GPT(**{**SIZES, "layers": 0}), "must be positive"),
        (lambda: u08.GPT(**SIZES, positions="none"), '"learned" or "rotary"'),
        (lambda: u08.GPT(**{**SIZES, "vocabulary": 0}), "positive whole number"),
        (lambda: u08.GPT(**SIZES).step(np.zeros((1, 9), "int32")), "context holds 8"),
        (lambda: u08.GPT(**SIZES).generate(np.zeros((1, 9), "int32"), 1), "1 to 8 tokens"),
        (
            lambda: u08.stored(
                u08.empty_cache(1, 1, 4, 2), np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 2, 2)), 3
            ),
            "no room",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_targets_are_checked():
    model = u08.GPT(**SIZES)
    model.compile()
    with pytest.raises(ValueError, match="integers from 0 to 6"):
        model.fit(TOKENS, TOKENS + 3, verbose=0)
    with pytest.raises(ValueError, match="one target for each token"):
        model.fit(TOKENS, TOKENS[:, 1:], verbose=0)
