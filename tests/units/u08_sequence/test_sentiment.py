"""Classifiers of texts: naive Bayes by hand, and networks that padding must not change."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, set_weights
from tests.units.u08_sequence.compiling import compiled
from units.u08_sequence.naive_bayes_ngrams import NaiveBayesNGrams, log_count_ratio
from units.u08_sequence.sentence_classifier import (
    LSTMClassifier,
    SentenceClassifier,
    TransformerClassifier,
    mean_over_tokens,
)

MODELS = {
    "mean": lambda: SentenceClassifier(9, 4),
    "lstm": lambda: LSTMClassifier(9, 4, 3),
    "transformer": lambda: TransformerClassifier(9, 4, 2, 6),
}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    """A model with random weights; the tests only call it."""
    made = MODELS[request.param]()
    made(keras.KerasTensor((None, 2), "int32"))
    set_weights(made)
    return made


@pytest.fixture(scope="module")
def logits_of(model):
    return compiled(model)


@pytest.mark.backend_independent
def test_log_count_ratio_by_hand():
    present = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1]])
    r = log_count_ratio(present, [1, 1, 0])
    # with α = 1: positive counts 3, 2, 2 of 7; negative counts 1, 2, 2 of 5
    np.testing.assert_allclose(r, np.log([(3 / 7) / (1 / 5), (2 / 7) / (2 / 5), (2 / 7) / (2 / 5)]))
    np.testing.assert_allclose(r, -log_count_ratio(present, [0, 0, 1]))
    # naive Bayes without a prior: the ratio of the probabilities of the class's n-grams
    sparse = NaiveBayesNGrams(1).words.fit_transform(["a b", "a c", "c b"])
    np.testing.assert_allclose(
        log_count_ratio(sparse, [1, 1, 0]), log_count_ratio(sparse.toarray(), [1, 1, 0])
    )


@pytest.mark.backend_independent
def test_bigrams_learn_what_words_cannot():
    texts = ["it is good", "it is not good", "it is bad", "it is not bad"] * 5
    y = np.array([1, 0, 0, 1] * 5)
    assert np.mean(NaiveBayesNGrams(1).fit(texts, y).predict(texts) == y) <= 0.75
    for scaled in (True, False):
        model = NaiveBayesNGrams(2, penalty=0.1, scaled=scaled).fit(texts, y)
        np.testing.assert_array_equal(model.predict(texts), y)


@pytest.mark.backend_independent
def test_the_scaled_inputs_are_those_of_the_formula():
    d = course.data.load("reviews", n=60, contrast=0.3)
    model = NaiveBayesNGrams(2).fit(d.texts(), d.labels())
    x = model.words.transform(d.texts()).toarray()
    assert set(np.unique(x)) == {0, 1}
    w, b = model.classifier.coef_[0], model.classifier.intercept_
    np.testing.assert_array_equal(model.predict(d.texts()), x @ (w * model.r) + b > 0)


@pytest.mark.backend_independent
def test_bad_arguments_of_the_linear_model_say_what_to_do():
    with pytest.raises(ValueError, match="alpha must be positive"):
        log_count_ratio(np.eye(2), [0, 1], alpha=0)
    with pytest.raises(ValueError, match="both classes"):
        log_count_ratio(np.eye(2), [1, 1])
    with pytest.raises(ValueError, match="order must be at least 1"):
        NaiveBayesNGrams(0)
    with pytest.raises(ValueError, match="penalty must be positive"):
        NaiveBayesNGrams(penalty=0)


def test_the_mean_leaves_padding_out():
    x = np.array([[[1.0, 2], [3, 4], [100, 100]], [[5, 6], [100, 100], [100, 100]], [[9, 9]] * 3], "float32")
    mask = np.array([[True, True, False], [True, False, False], [False] * 3])
    assert_close(mean_over_tokens(x, mask), [[2, 3], [5, 6], [0, 0]])


def test_padding_does_not_change_the_logits(logits_of):
    short = np.array([[5, 2, 7], [4, 4, 1]])
    alone = logits_of(short)
    assert_close(logits_of(np.pad(short, ((0, 0), (0, 4)))), alone, atol=1e-5)
    # neither do the other rows of the batch, nor their lengths
    mixed = [[5, 2, 7, 0, 0, 0, 0], [3, 1, 6, 2, 8, 5, 4]]
    assert_close(logits_of(mixed)[:1], alone[:1], atol=1e-5)


def test_one_token_and_no_token_are_texts_too(logits_of):
    logits = logits_of([[3, 0, 0], [0, 0, 0]])
    assert logits.shape == (2, 1)
    assert np.isfinite(logits).all()
    assert_close(logits_of([[0] * 7, [3, 0, 0, 0, 0, 0, 0]])[::-1], logits, atol=1e-5)


def test_order_matters_where_it_should(model, logits_of):
    one, other = logits_of([[5, 2, 7], [7, 2, 5]])
    if type(model) is SentenceClassifier:
        np.testing.assert_allclose(one, other, atol=1e-6)
    else:
        assert np.abs(one - other).max() > 1e-4


def test_saved_and_loaded(model, logits_of, tmp_path):
    tokens = [[5, 2, 7], [3, 0, 0]]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again) is type(model)
    assert_close(compiled(again)(tokens), logits_of(tokens), atol=1e-6)


def test_the_gradient_is_finite_with_an_empty_text():
    model = MODELS["transformer"]()
    model(keras.KerasTensor((None, 3), "int32"))

    def step(tokens, y):
        def cost():
            return ops.mean(
                keras.losses.binary_crossentropy(y, model(tokens, training=True), from_logits=True)
            )

        return course.value_and_grad(cost, model.trainable_variables)

    tokens = np.array([[5, 2, 7], [0, 0, 0], [1, 0, 0], [2, 8, 0]], "int32")
    loss, gradients = compiled(step)(tokens, np.array([[1], [0], [0], [1]], "float32"))
    assert 0.1 < loss < 3
    assert all(np.isfinite(g).all() for g in keras.tree.flatten(gradients))
    assert all(np.any(g) for g in keras.tree.flatten(gradients)[-2:])  # those of the last layer


def test_dropped_tokens_are_left_out_of_the_mean_in_training_only():
    """Each text is one token: if it is dropped, the logit is that of an empty text."""
    model = SentenceClassifier(9, 4, token_dropout=0.9)
    model(keras.KerasTensor((None, 1), "int32"))
    tokens = np.repeat(np.arange(1, 9), 50)[:, None]
    exact = compiled(model)(tokens)
    in_training = ops.convert_to_numpy(model(tokens, training=True))
    nothing = compiled(model)(np.zeros((1, 1), "int32"))[0, 0]
    kept = np.isclose(in_training, exact, atol=1e-6)[:, 0]
    dropped = np.isclose(in_training, nothing, atol=1e-6)[:, 0]
    assert (kept ^ dropped).all()
    assert 15 <= kept.sum() <= 70  # 40 of 400 on average, standard deviation 6
    again = ops.convert_to_numpy(model(tokens, training=True))
    assert (again != in_training).any()  # another draw each time
    assert SentenceClassifier.from_config(model.get_config()).sizes["token_dropout"] == 0.9


@pytest.mark.parametrize("rate", [-0.1, 1, float("nan")])
def test_a_rate_of_dropped_tokens_is_a_rate(rate):
    with pytest.raises(ValueError, match="token_dropout must be a number in"):
        SentenceClassifier(9, 4, token_dropout=rate)


@pytest.mark.parametrize("sizes", [(0, 4), (5, 0)])
def test_sizes_are_positive(sizes):
    with pytest.raises(ValueError, match="must be positive"):
        SentenceClassifier(*sizes)
