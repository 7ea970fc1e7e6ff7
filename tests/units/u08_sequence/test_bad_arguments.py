"""A bad argument gets one sentence that says what to do, and never a silent wrong result."""

import keras
import numpy as np
import pytest
from keras import ops

import units.u08_sequence as u08

X = np.ones((2, 3, 4), "float32")
LOGS = np.log(np.full((1, 3), 1 / 3))
CACHE = (1, 1, 4, 2)
SIZES = {"vocabulary": 7, "context": 4, "layers": 1, "heads": 2, "d_model": 8, "d_inner": 8, "groups": 1}


def new(*shape):
    return ops.ones(shape)


def store(start, k=(1, 1, 2, 2)):
    return u08.stored(u08.empty_cache(*CACHE), new(*k), new(*k), start)


def search(log_p):
    return u08.beam_search(lambda beginnings: log_p, start=0, end=2, width=2, length=2)


def step(rows, k):
    p = np.array([0.5, 0.5])
    return u08.speculative_step(
        lambda *_: np.tile(p, (rows, 1)), lambda _: p, [0], k, np.random.default_rng(0)
    )


def multi_head(mask):
    return u08.MultiHeadAttention(2, 2)(X, attention_mask=mask)


def skip_gram(pairs):
    model = u08.SkipGram([0.5, 0.5], 2)
    model.compile("adam")
    model.fit(pairs, verbose=0)


def write(ids):
    return u08.write(u08.RecurrentLanguageModel(7, 2, 2, "rnn"), ids, 1, u08.greedy)


def cross_entropy(ids):
    return u08.RecurrentLanguageModel(7, 2, 2, "rnn").cross_entropy(ids)


def generate(prompts):
    return u08.GPT(7, context=4, layers=1, heads=2, d_model=8).generate(prompts, 1)


def heads(off):
    model = u08.AttentionOnlyModel(6, 8, 2)
    return u08.induction_accuracy(model, np.zeros((1, 3), "int32"), np.zeros((1, 3), int), off)


CASES = {
    "attend: keys and values": (lambda: u08.attend(X, X[:, :2]), "as many values"),
    "additive: rank": (lambda: u08.AdditiveAttention(2)(X[0], X[0]), "axes"),
    "multi-head: mask of keys": (lambda: multi_head(np.ones((2, 3), bool)), r"mask\[:, None\]"),
    "padding: column": (lambda: u08.padding_mask(np.array([[1], [2]]), 3), r"shape \(batch,\)"),
    "padding: floats": (lambda: u08.padding_mask(np.array([1.5, 2.0]), 3), "integers"),
    "cache: negative NumPy place": (lambda: store(np.int64(-1)), "no room"),
    "cache: NumPy place behind the end": (lambda: store(np.int64(3)), "no room"),
    "cache: place in an array": (lambda: store(np.array(3)), "no room"),
    "cache: three axes": (lambda: store(0, (1, 1, 2)), "axes"),
    "cache: float place": (lambda: store(1.5), "integer"),
    "cache: other d": (lambda: store(0, (1, 1, 1, 1)), "axes"),
    "rotate: one position for all": (lambda: u08.rotate(X, [0]), "one position each"),
    "rotate: more positions": (lambda: u08.rotate(X[:, :1], [0, 1, 2]), "one position each"),
    "frequencies: base": (lambda: u08.frequencies(4, -10.0), "positive"),
    "account: heads": (lambda: u08.Account(**{**SIZES, "heads": 3}), "divide"),
    "account: layers": (lambda: u08.Account(**{**SIZES, "layers": -1}), "positive"),
    "recurrence by loop: shapes": (lambda: u08.linear_recurrence_by_loop(X[..., :1], X), "same axes"),
    "recurrence: no step": (lambda: u08.linear_recurrence(X[:, :0], X[:, :0]), "at least one step"),
    "padded: floats": (lambda: u08.padded([[1.7]]), "integers"),
    "windows: floats": (lambda: u08.windows([0.5, 1.5, 2.5], 1), "integers"),
    "windows: length 0": (lambda: u08.windows(range(9), 0), "at least 1"),
    "random windows: length 0": (
        lambda: u08.random_windows(range(9), 0, 2, np.random.default_rng(0)),
        "at least 1",
    ),
    "characters: negative": (lambda: u08.CharacterTokenizer("ab").decode([-1]), "from 0 to 1"),
    "words: negative": (lambda: u08.WordTokenizer(["a"]).decode([-1]), "from 0 to 4"),
    "words: behind the end": (lambda: u08.WordTokenizer(["a"]).decode([5]), "from 0 to 4"),
    "words: one string": (lambda: u08.WordTokenizer("one text"), "list of sentences"),
    "words: negative size": (lambda: u08.WordTokenizer(["a b"], -1), "at least 4"),
    "byte pairs: negative": (lambda: u08.BytePairTokenizer("low", 256).decode([-1]), "from 0 to 255"),
    "subwords: one string": (lambda: u08.SubwordTokenizer("low", 260), "list of sentences"),
    "n-grams: floats": (lambda: u08.NGramModel(1, 3).fit([0.5, 1.5]), "integers"),
    "n-grams: new text": (lambda: u08.NGramModel(1, 3).fit([0, 1]).cross_entropy([0, -1]), "from 0 to 2"),
    "n-grams: vocabulary": (lambda: u08.NGramModel(1, 0), "at least 1"),
    "skip-gram: text of rows": (lambda: u08.skip_pairs(np.zeros((3, 2), int), 1), "integers of shape"),
    "skip-gram: no counts": (lambda: u08.noise_distribution([0, 0]), "not all 0"),
    "skip-gram: negative counts": (lambda: u08.noise_distribution([-1, 2]), "not negative"),
    "skip-gram: kept": (lambda: u08.kept_share([0, 0], 0.1), "not all 0"),
    "skip-gram: noise": (lambda: u08.SkipGram([np.nan, 1.0], 2), "probabilities"),
    "skip-gram: three columns": (lambda: skip_gram(np.zeros((2, 3), "int32")), "skip_pairs"),
    "nearest: number": (lambda: u08.nearest(X[0], 0, 3), "from 1 to 2"),
    "nearest: word": (lambda: u08.nearest(X[0], -1, 1), "from 0 to 2"),
    "BLEU: one string": (lambda: u08.bleu("a b", "a b"), "lists of sentences"),
    "BLEU: order": (lambda: u08.bleu(["a"], ["a"], 0), "at least 1"),
    "beam: probabilities": (lambda: search(np.exp(LOGS)), "logarithms"),
    "beam: NaN": (lambda: search(LOGS * np.nan), "NaN"),
    "beam: one axis": (lambda: search(LOGS[0]), "vocabulary"),
    "speculative: shapes": (lambda: u08.accept([0.5, 0.5], [0.2, 0.3, 0.5], 1, None), "same tokens"),
    "speculative: token": (lambda: u08.accept([0.5, 0.5], [0.2, 0.8], -1, None), "comes from q"),
    "speculative: rows": (lambda: step(rows=2, k=2), "3 rows"),
    "speculative: k": (lambda: step(rows=1, k=-1), "negative"),
    "speculative: acceptance": (lambda: u08.expected_tokens(2.0, 2), r"\[0, 1\]"),
    "GPT: floats": (lambda: generate([[1.5]]), "integers"),
    "GPT: negative": (lambda: generate([[-1]]), "from 0 to 6"),
    "recurrent model: unknown token": (lambda: cross_entropy([1, 7]), "from 0 to 6"),
    "recurrent model: negative": (lambda: cross_entropy([1, -1]), "from 0 to 6"),
    "recurrent model: write": (lambda: write([[7]]), "from 0 to 6"),
    "attention only: heads": (lambda: u08.AttentionOnlyModel(5, 6, 0), "at least 1"),
    "attention only: layers": (lambda: u08.AttentionOnlyModel(5, 8, 2, layers=0), "at least 1"),
    "attention only: no such head": (lambda: heads([(-1, 0)]), "no head"),
    "transformer classifier": (lambda: u08.TransformerClassifier(5, 4, 2, 8, blocks=0), "at least 1"),
    "transformer translator": (lambda: u08.TransformerTranslator(7, 7, 5, 5, heads=1), "even"),
    "naive Bayes: one class": (
        lambda: u08.NaiveBayesNGrams(1, scaled=False).fit(["a", "b"], [1, 1]),
        "both",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_argument_is_explained(case):
    call, message = CASES[case]
    with pytest.raises(ValueError, match=message):
        call()


def test_lists_and_integers_are_read_as_arrays():
    expected = np.exp(2) / (np.exp(1) + np.exp(2))
    for output in (
        u08.attend([[1, 2]], [[0.0], [1.0]])[0],
        u08.online_attention([[1, 2]], [[0.0], [1.0]], 1),
    ):
        assert abs(float(ops.convert_to_numpy(output)[0, 0]) - expected) < 1e-6


def test_what_a_network_returns_goes_in_as_it_is():
    """On PyTorch the outputs of a network have gradients, and NumPy does not convert them."""
    layer = keras.layers.Dense(3, kernel_initializer="zeros")

    def equal(rows):
        return ops.softmax(layer(new(rows, 2)))

    best = u08.beam_search(lambda beginnings: ops.log(equal(len(beginnings))), 0, 2, 1, 1)
    assert abs(best[0].log_p - np.log(1 / 3)) < 1e-6
    p, rng = equal(1)[0], np.random.default_rng(0)
    assert u08.accept(p, p, 1, rng) == (1, True)
    tokens = u08.speculative_step(lambda context, drafted: equal(len(drafted) + 1), lambda _: p, [0], 2, rng)
    assert len(tokens) == 3
    W, U = (keras.Variable(v * np.eye(2, dtype="float32")) for v in (1.0, 0.5))
    np.testing.assert_allclose(u08.linear_gradient_by_lag(W, U, 2), [2**0.5, 0.5**0.5], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_query_without_a_key_gets_zeros_in_one_pass(dtype):
    scores = np.full((2, 3), -np.inf, dtype)
    scores[1, 2] = 1  # the first block of this query is hidden
    output = u08.online_attention(scores, np.ones((3, 2), dtype), 2)
    np.testing.assert_array_equal(ops.convert_to_numpy(output), [[0, 0], [1, 1]])


def test_a_cache_takes_a_numpy_integer():
    for place in (np.int64(1), 1, keras.ops.convert_to_tensor(1)):
        kept = ops.convert_to_numpy(store(place)[0])[0, 0, :, 0]
        np.testing.assert_array_equal(kept, [0, 1, 1, 0])


NEW = np.array([[4, 5, 9]], "int32")  # 9 is no token of a vocabulary of 7
MODELS = {
    "GPT": lambda: u08.GPT(7, context=3, layers=1, heads=1, d_model=4),
    "recurrent": lambda: u08.RecurrentLanguageModel(7, 2, 2, "rnn"),
    "masked": lambda: u08.MaskedLanguageModel(7, 4, 1, 4),
    "sentences": lambda: u08.SentenceClassifier(7, 2),
    "encoder": lambda: u08.EncoderClassifier(u08.TextEncoder(7, 4, 1, 4), 2),
    "translator": lambda: u08.LSTMTranslator(7, 8, width=2, length=3),
    "attention only": lambda: u08.AttentionOnlyModel(7, 2, 1),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_token_that_the_vocabulary_lacks_is_named_before_a_loop(name):
    """The backends differ: an error without the token (PyTorch), NaN without an error (JAX)."""
    model = MODELS[name]()
    model.compile("sgd", loss="mse")
    loops = [
        lambda: model.fit(NEW, NEW[:, :1] * 0, verbose=0),
        lambda: model.evaluate(NEW, NEW * 0, verbose=0),
    ]
    for loop in [*loops, lambda: model.predict(NEW, verbose=0), lambda: model.predict_on_batch(NEW + 0.5)]:
        with pytest.raises(ValueError, match=r"holds (9|4\.5), but the model's vocabulary has [78] tokens"):
            loop()
    good = (NEW % 7, NEW[:, :1] * 0)
    with pytest.raises(ValueError, match="holds 9"):
        model.fit(*good, validation_data=(NEW, NEW[:, :1] * 0), verbose=0)


def test_a_translator_looks_at_its_targets_and_pairs_of_words_are_looked_at():
    translator = u08.LSTMTranslator(12, 7, width=2, length=3)
    translator.compile("sgd")
    with pytest.raises(ValueError, match="targets holds 9"):
        translator.fit(NEW, NEW, verbose=0)
    with pytest.raises(ValueError, match="pairs holds 2, but"):
        skip_gram(np.array([[0, 2]]))
