"""Induction heads: the sequences, the scores of heads that are known, heads that are switched off."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from tests.units.u08_sequence.compiling import compiled
from units import u08_sequence as u08


@pytest.fixture(scope="module")
def sequences():
    return u08.repeated_pieces(20, tokens=9, block=5, pieces=3, piece=3, rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def model():
    model = u08.AttentionOnlyModel(9, 8, 2)
    model(keras.KerasTensor((None, 13), "int32"))
    return model


@pytest.fixture(scope="module")
def logits_of(model):
    return compiled(model)


def test_pieces_repeat_the_block(sequences):
    ids, follows = sequences
    assert ids.shape == follows.shape == (20, 14)
    for row, places in zip(ids, follows, strict=True):
        assert len(set(row[:5])) == 5
        for start in (5, 8, 11):
            assert "".join(map(str, row[start : start + 3])) in "".join(map(str, row[:5]))
        for t, s in enumerate(places):
            if s >= 0:
                assert row[s - 1] == row[t]
                assert row[s] == row[t + 1]
    assert (follows >= 0).sum() == 20 * 3 * 2


def test_targets_and_weights(sequences):
    ids, follows = sequences
    x, y, known = u08.next_tokens(ids, follows)
    np.testing.assert_array_equal(x[:, 1:], y[:, :-1])
    np.testing.assert_array_equal(np.flatnonzero(known[0]), [5, 6, 8, 9, 11, 12])


def test_scores_of_heads_that_are_known(sequences):
    _, follows = sequences
    weights = np.zeros((20, 3, 14, 14))
    t = np.arange(1, 14)
    weights[:, 0, t, t - 1] = 1  # the token before
    n, known = np.nonzero(follows >= 0)
    weights[n, 1, known, follows[n, known]] = 1  # induction
    weights[:, 2] = 1 / 14  # all the same
    previous, induction = u08.head_scores(weights, follows)
    assert_close(previous[[0, 2]], [1, 1 / 14])
    assert_close(induction[[1, 2]], [1, 1 / 14])
    assert previous[1] < 0.2
    assert induction[0] < 0.5


def test_heads_are_switched_off_and_on_again(model, logits_of, sequences, monkeypatch):
    ids, follows = sequences
    before = [ops.convert_to_numpy(v) for v in model.weights]
    seen = {}

    def predict(x, **options):
        seen["logits"] = logits_of(x)
        return seen["logits"]

    monkeypatch.setattr(model, "predict", predict)
    u08.induction_accuracy(model, ids, follows, off=[(j, h) for j in (0, 1) for h in (0, 1)])
    # without any head nothing but the present token counts
    logits = {}
    for token, row in zip(ids[:, :-1].ravel(), seen["logits"].reshape(-1, 9), strict=True):
        assert_close(row, logits.setdefault(token, row), rtol=1e-4, atol=1e-5)
    for v, value in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(v), value)


def test_accuracy_counts_what_can_be_known(model, sequences, monkeypatch):
    ids, follows = sequences
    _x, y, known = u08.next_tokens(ids, follows)
    right = np.where(known > 0, y, (y + 1) % 9)  # right where it counts, wrong elsewhere
    monkeypatch.setattr(model, "predict", lambda x, **options: np.eye(9)[right])
    assert u08.induction_accuracy(model, ids, follows) == 1


def test_no_look_into_the_future(model, sequences):
    ids = sequences[0][:2, :-1].copy()
    both = compiled(model, return_weights=True)
    before, weights = both(ids)
    later = ids.copy()
    later[:, 8:] = (later[:, 8:] + 1) % 9
    assert_close(both(later)[0][:, :8], before[:, :8], rtol=1e-5, atol=1e-6)
    assert [tuple(w.shape) for w in weights] == [(2, 2, 13, 13)] * 2


def test_what_does_not_fit():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="2 ≤ piece ≤ block ≤ tokens"):
        u08.repeated_pieces(1, 4, 5, 1, 2, rng)
    with pytest.raises(ValueError, match="even whole number"):
        u08.AttentionOnlyModel(9, 6, 2)


def test_saved_and_loaded(model, logits_of, tmp_path, sequences):
    ids = sequences[0][:, :-1]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(compiled(again)(ids), logits_of(ids), rtol=1e-5, atol=1e-6)
