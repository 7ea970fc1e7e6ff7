"""Small language models that two experiments show: trained once in a process, the same alone and after others."""

import sys

import keras
import numpy as np
import pytest
from keras import ops

from units import u08_sequence as u08

character_models = sys.modules[u08.trained.__module__]
TEXT = "a bc cab\n" * 8


@pytest.fixture
def trainings(monkeypatch):
    """What is given to the training, which is left out: its result is a draw and a weight that the seed decides."""
    calls = []

    def train(model, ids, held_out, steps, batch, rate, rng, parts):
        calls.append((type(model), steps))
        return [rng.uniform(), float(ops.convert_to_numpy(model.embedding.embeddings)[0, 0])], 1.0

    monkeypatch.setattr(character_models, "train_on_windows", train)
    monkeypatch.setattr(character_models, "_kept", {})
    monkeypatch.setattr(character_models, "SIZES", {"context": 4, "layers": 1, "heads": 1, "d_model": 4})
    return calls


def test_a_small_model_is_trained_once_and_is_the_same_alone_and_after_others(trainings):
    first = u08.trained("gpt", TEXT)
    modern = u08.trained("modern", TEXT)
    assert u08.trained("gpt", TEXT) is first
    assert [kind for kind, _ in trainings] == [u08.GPT, u08.ModernGPT]
    assert u08.trained("gpt", TEXT, seed=1).nats != first.nats
    # alone, with other random numbers before
    character_models._kept.clear()
    keras.utils.set_random_seed(5)
    assert u08.trained("modern", TEXT).nats == modern.nats
    assert u08.trained("gpt", TEXT).nats == first.nats
    assert u08.trained("gpt", TEXT + "d").model.vocabulary == first.model.vocabulary + 1


def test_an_unknown_kind_and_too_many_parts_are_named(trainings):
    with pytest.raises(ValueError, match="kind is one of gpt, modern, not 'gpt2'"):
        u08.trained("gpt2", TEXT)
    assert not trainings
    for parts in (0, 3):
        with pytest.raises(ValueError, match=f"1 to 2 parts, not {parts}"):
            u08.train_on_windows(None, np.arange(30), ([], []), 2, 2, 0.1, None, parts=parts)


def test_both_kinds_get_the_same_operations(trainings):
    gpt, modern = (u08.trained(kind, TEXT) for kind in ("gpt", "modern"))
    assert gpt.steps == character_models.UPDATES
    budget = gpt.flops * gpt.steps
    assert budget - modern.flops < modern.flops * modern.steps <= budget


def test_all_windows_are_trained_on_in_parts():
    """Three parts of seven updates: two, two and three; each is followed by an evaluation."""

    class Model:
        context, calls, seen = 4, [], []

        def compile(self, optimizer):
            self.calls.append("compile")

        def fit(self, x, y, batch_size, **options):
            self.calls.append(len(x) // batch_size)
            self.seen.append(x)

        def evaluate(self, x, y, **options):
            return len(self.calls)

    model, ids = Model(), np.arange(30)
    rng = np.random.default_rng(0)
    nats, seconds = u08.train_on_windows(model, ids, ([], []), 7, 2, 0.1, rng, parts=3)
    assert model.calls == ["compile", 2, 2, 3]
    assert nats == [2, 3, 4]
    assert seconds >= 0
    x, _ = u08.random_windows(ids, 4, 14, np.random.default_rng(0))
    assert np.array_equal(np.concatenate(model.seen), x)
