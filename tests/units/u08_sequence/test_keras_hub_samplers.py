"""The unit's tokenizer and samplers beside those of KerasHub, on the same vocabulary and the same logits."""

import itertools

import numpy as np
import pytest
from keras import ops
from scipy import stats

from units.u08_sequence.beam_search import beam_search
from units.u08_sequence.byte_pair_tokenizer import BytePairTokenizer
from units.u08_sequence.samplers import greedy, sample, top_k, top_p


@pytest.fixture
def keras_hub():
    """The package of the extra [text], without which nothing of the unit is missing; it imports TensorFlow."""
    return pytest.importorskip("keras_hub")


TEXT = "we love deep learning. the lower lights are lower; they learn newer words, and the newest ones"
LOGITS = np.array([1.2, 0.1, -0.4, 0.9, 2.0, -1.0], "float32")


def byte_letters():
    """The letter that GPT-2's tokenizers write for each byte: printable ones stand for themselves."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = itertools.count(256)
    return [chr(b if b in plain else next(others)) for b in range(256)]


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    "text", ["we love deep learning", "lower newest", "they, the ones; new!", "a yellow dog"]
)
def test_the_same_merges_give_the_same_tokens(keras_hub, text):
    pytest.importorskip("tensorflow_text")
    ours = BytePairTokenizer(TEXT, 300)
    letters = byte_letters()
    written = ["".join(letters[b] for b in token) for token in ours.vocabulary]
    theirs = keras_hub.tokenizers.BytePairTokenizer(
        vocabulary={token: i for i, token in enumerate(written)},
        merges=[f"{written[a]} {written[b]}" for a, b in ours.merges],
    )
    assert len(ours.merges) > 10
    assert np.asarray(ops.convert_to_numpy(theirs(text))).tolist() == ours.encode(text)


def drawn(sampler, number=4000):
    """Tokens that a KerasHub sampler takes from the same probabilities, again and again."""
    p = ops.softmax(ops.convert_to_tensor(np.tile(LOGITS, (number, 1))))
    return ops.convert_to_numpy(sampler.get_next_token(p))


@pytest.mark.parametrize(
    ("sampler", "settings"),
    [
        (lambda keras_hub: keras_hub.samplers.TopKSampler(k=3, seed=1), {"k": 3}),
        (lambda keras_hub: keras_hub.samplers.TopPSampler(p=0.7, seed=1), {"p": 0.7}),
        (lambda keras_hub: keras_hub.samplers.RandomSampler(seed=1), {}),
    ],
    ids=["top_k", "top_p", "all"],
)
def test_samplers_draw_from_the_same_distribution(keras_hub, sampler, settings):
    logits = LOGITS
    if "k" in settings:
        logits = ops.convert_to_numpy(top_k(LOGITS, settings["k"]))
    if "p" in settings:
        logits = ops.convert_to_numpy(top_p(LOGITS, settings["p"]))
    p = np.exp(logits.astype("float64"))
    p /= p.sum()
    ours = ops.convert_to_numpy(sample(np.tile(LOGITS, (4000, 1)), seed=2, **settings))
    for tokens in (drawn(sampler(keras_hub)), ours):
        counts = np.bincount(tokens, minlength=len(p))
        assert counts[p == 0].sum() == 0
        assert stats.chisquare(counts[p > 0], 4000 * p[p > 0]).pvalue > 1e-4


def test_greedy_takes_the_same_tokens(keras_hub):
    logits = np.random.default_rng(0).normal(size=(20, 9)).astype("float32")
    theirs = keras_hub.samplers.GreedySampler().get_next_token(ops.softmax(logits))
    np.testing.assert_array_equal(ops.convert_to_numpy(theirs), ops.convert_to_numpy(greedy(logits)))


def test_beam_search_finds_the_same_sequence(keras_hub):
    """A Markov chain, so that the next logits depend on the last token only; END is never likely before the end."""
    rng = np.random.default_rng(3)
    table = rng.normal(size=(5, 5)).astype("float32") * 2
    log_p = table - np.logaddexp.reduce(table, axis=1, keepdims=True)
    length, width = 4, 3
    best = beam_search(lambda beams: log_p[beams[:, -1]], 0, -1, width, length)[0]

    def following(prompt, cache, index):
        last = ops.take(prompt, index - 1, axis=1)
        return ops.take(ops.convert_to_tensor(table), last, axis=0), ops.zeros((prompt.shape[0], 1)), cache

    prompt = np.zeros((1, length + 1), "int32")
    mask = np.arange(length + 1)[None] < 1
    sampler = keras_hub.samplers.BeamSampler(num_beams=width)
    theirs = sampler(
        next=following,
        prompt=ops.convert_to_tensor(prompt),
        cache=(),
        index=1,
        mask=ops.convert_to_tensor(mask),
    )
    assert ops.convert_to_numpy(theirs)[0, 1:].tolist() == best.tokens
