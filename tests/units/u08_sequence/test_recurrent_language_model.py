"""A recurrent language model: its cost over pieces, its states, and what it writes."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, one_program, set_weights
from tests.units.u08_sequence.compiling import compiled
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.recurrent_language_model import RecurrentLanguageModel, write
from units.u08_sequence.samplers import greedy, sample

IDS = np.array([1, 4, 2, 2, 0, 3, 1, 5, 2, 4], "int32")


@pytest.fixture(scope="module", params=["rnn", "lstm", "gru"])
def model(request):
    """A model with random weights; the tests only call it."""
    options = {"forget_bias": 3.0} if request.param == "lstm" else None
    made = RecurrentLanguageModel(6, 3, 4, request.param, options)
    set_weights(made, scale=1.0)
    return made


@pytest.fixture(scope="module")
def logits_of(model):
    return compiled(model)


def log_p(logits_of, ids):
    z = logits_of(ids[None])[0].astype("float64")
    return z - np.logaddexp.reduce(z, axis=1, keepdims=True)


def test_the_cost_is_that_of_the_whole_text_whatever_the_pieces(model, logits_of):
    p = log_p(logits_of, IDS)[:-1]
    expected = -np.mean(p[np.arange(len(IDS) - 1), IDS[1:]])
    for steps in (3, 4):
        np.testing.assert_allclose(model.cross_entropy(IDS, steps), expected, rtol=1e-5)


def test_the_state_is_all_that_goes_on(model, logits_of):
    whole = logits_of(IDS[None])
    read = one_program(lambda tokens, states: model.read(tokens, states))
    first, rest = (ops.convert_to_tensor(part) for part in (IDS[None, :4], IDS[None, 4:8]))
    logits, states = read(first, model.first_states(1))
    assert_close(logits, whole[:, :4], atol=1e-5)
    assert_close(read(rest, states)[0], whole[:, 4:8], atol=1e-5)


def test_the_future_is_not_seen(logits_of):
    changed = IDS.copy()
    changed[6:] = 0
    assert_close(log_p(logits_of, changed)[:6], log_p(logits_of, IDS)[:6], atol=1e-5)


def test_greedy_text_is_the_most_likely_token_of_the_whole_text_so_far(model, logits_of):
    beginnings = np.array([[1, 4], [2, 0]], "int32")
    new = write(model, beginnings, 3, greedy)
    assert new.shape == (2, 3)
    assert new.dtype == np.int32
    whole = np.concatenate([beginnings, new], axis=1)
    np.testing.assert_array_equal(new, np.argmax(logits_of(whole)[:, 1:-1], axis=-1))


def test_saved_and_loaded(model, logits_of, tmp_path):
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(compiled(again)(IDS[None]), logits_of(IDS[None]), atol=1e-6)
    assert again.get_config() == model.get_config()
    assert getattr(again.recurrent.cell, "forget_bias", 3.0) == 3.0


def test_samples_follow_the_model():
    model = RecurrentLanguageModel(6, 3, 4, "rnn")
    set_weights(model, scale=1.0)
    generator = keras.random.SeedGenerator(0)
    new = write(model, np.full((4000, 1), 2), 1, lambda logits: sample(logits, seed=generator))
    p = np.exp(log_p(compiled(model), np.array([2], "int32"))[0])
    np.testing.assert_allclose(np.bincount(new[:, 0], minlength=6) / 4000, p, atol=5 * 0.5 / np.sqrt(4000))


def test_an_lstm_in_a_model_has_its_weights_once_and_its_forget_bias():
    """Built inside a symbolic call, the cell must not lose what its bias starts at."""

    class Plain(keras.Model):
        def __init__(self):
            super().__init__()
            self.recurrent = keras.layers.RNN(LSTMCell(2, forget_bias=3.0))

        def call(self, x):
            return self.recurrent(x)

    model = Plain()
    model.compile(keras.optimizers.SGD(0.0), loss="mse")
    model.fit(np.ones((2, 3, 1), "float32"), np.ones((2, 2), "float32"), verbose=0)
    assert len(model.trainable_variables) == 3
    assert_close(model.recurrent.cell.bias, [0, 0, 3, 3, 0, 0, 0, 0])


def test_bad_arguments_say_what_to_do(model):
    with pytest.raises(ValueError, match="one of rnn, lstm, gru"):
        RecurrentLanguageModel(5, 2, 2, "cnn")
    with pytest.raises(ValueError, match="positive whole number"):
        RecurrentLanguageModel(0, 2, 2)
    with pytest.raises(ValueError, match="two tokens or more"):
        model.cross_entropy([1])
    with pytest.raises(ValueError, match="at least one token"):
        write(model, np.zeros((1, 0), "int32"), 3, greedy)
