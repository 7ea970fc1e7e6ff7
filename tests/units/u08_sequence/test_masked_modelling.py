"""Masked modelling: which tokens are changed and how, the cost at the chosen places alone, fine-tuning."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, one_program
from tests.units.u08_sequence.compiling import compiled
from units import u08_sequence as u08
from units.u08_sequence.tokens import PAD, SPECIAL

TOKENS, WIDTH = 9, 8
IDS = np.array([[4, 5, 6, 7, 8], [8, 7, 4, PAD, PAD], [PAD] * 5], "int32")
SIZES = {"width": WIDTH, "heads": 2, "d_inner": 6}


@pytest.fixture(scope="module")
def model():
    model = u08.MaskedLanguageModel(TOKENS, **SIZES, share=0.4, seed=0)
    model.compile(keras.optimizers.SGD(0.01))
    return model


@pytest.fixture(scope="module")
def logits_of(model):
    return compiled(model)


def test_each_kind_of_change():
    ids = np.array([[4, 5, 6, 7, 8, PAD]], "int32")
    choice = np.array([[0.1, 0.1, 0.1, 0.149, 0.15, 0.0]], "float32")
    kind = np.array([[0.79, 0.81, 0.91, 0.0, 0.0, 0.0]], "float32")
    changed, chosen = u08.corrupted(ids, choice, kind, np.full((1, 6), 8), mask_token=9)
    np.testing.assert_array_equal(ops.convert_to_numpy(changed), [[9, 8, 6, 9, 8, PAD]])
    np.testing.assert_array_equal(ops.convert_to_numpy(chosen), [[True] * 4 + [False] * 2])


def test_shares_of_many(model):
    ids = np.random.default_rng(0).integers(len(SPECIAL), TOKENS, size=(200, 50)).astype("int32")
    changed, chosen = (ops.convert_to_numpy(x) for x in model.corrupt(ids))
    n = chosen.sum()
    assert abs(n / ids.size - 0.4) < 0.02
    assert abs((changed == TOKENS).sum() / n - 0.8) < 0.03
    # a tenth is drawn again, and one of five draws gives the same token
    assert abs(((changed != ids) & (changed != TOKENS)).sum() / n - 0.08) < 0.02
    np.testing.assert_array_equal(changed[~chosen], ids[~chosen])
    assert set(np.unique(changed)) == set(range(len(SPECIAL), TOKENS + 1))


def test_the_cost_is_that_of_the_chosen_places(model, logits_of, monkeypatch):
    changed, chosen = IDS.copy(), np.zeros(IDS.shape, bool)
    chosen[0, 1] = chosen[1, 2] = True
    changed[0, 1] = TOKENS
    monkeypatch.setattr(
        model, "corrupt", lambda ids: (ops.convert_to_tensor(changed), ops.convert_to_tensor(chosen))
    )
    logits = np.float64(logits_of(changed))
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    expected = -(log_p[0, 1, 5] + log_p[1, 2, 4]) / 2
    model.nats.reset_state()
    test_step = one_program(lambda ids: model.test_step((ids,))["loss"])
    assert_close(test_step(ops.convert_to_tensor(IDS)), expected, rtol=1e-4)


def test_a_batch_without_any_token(model):
    before = [ops.convert_to_numpy(v) for v in model.trainable_variables]
    loss = model.fit(np.full((2, 5), PAD, "int32"), batch_size=2, verbose=0).history["loss"][0]
    assert loss == 0
    for v, value in zip(model.trainable_variables, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(v), value)


def test_it_learns_to_fill_a_gap():
    # every text is one token five times, so each gap can be known
    model = u08.MaskedLanguageModel(TOKENS, **SIZES, seed=0)
    model.compile(keras.optimizers.Adam(0.02))
    ids = np.repeat(np.random.default_rng(0).integers(4, TOKENS, size=(512, 1)), 5, axis=1).astype("int32")
    history = model.fit(ids, batch_size=32, epochs=8, verbose=0).history
    assert history["loss"][0] > 0.5
    assert history["accuracy"][-1] > 0.6  # chance is 0.2


def test_targets_are_not_taken(model):
    with pytest.raises(ValueError, match="makes its own targets"):
        model.train_step((IDS, IDS))
    with pytest.raises(ValueError, match="share must lie"):
        u08.MaskedLanguageModel(TOKENS, **SIZES, share=0)
    with pytest.raises(ValueError, match="more than the 4 special"):
        u08.MaskedLanguageModel(4, **SIZES)
    with pytest.raises(ValueError, match="even whole number"):
        u08.TextEncoder(TOKENS, 6, 2, 4)
    with pytest.raises(ValueError, match="blocks must be a positive"):
        u08.TextEncoder(TOKENS, 8, 2, 4, blocks=0)


def test_fine_tuning_trains_the_shared_encoder(model, logits_of):
    classifier = u08.EncoderClassifier(model.encoder, 2)
    classifier.compile(
        keras.optimizers.SGD(0.1), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    classifier.optimizer.build(classifier.trainable_variables)  # otherwise TensorFlow traces the step twice
    before = logits_of(IDS)
    classifier.fit(IDS[:2], np.array([0, 1]), batch_size=2, verbose=0)
    assert np.abs(logits_of(IDS) - before).max() > 1e-6


def test_saved_and_loaded(model, tmp_path):
    classifier = u08.EncoderClassifier(u08.TextEncoder(TOKENS, **SIZES), 3)
    for name, each in (("masked", model), ("classifier", classifier)):
        path = tmp_path / f"{name}.keras"
        each.save(path)
        again = keras.saving.load_model(path)
        assert_close(compiled(again)(IDS), compiled(each)(IDS), rtol=1e-5, atol=1e-6)
