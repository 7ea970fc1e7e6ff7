"""Vectors of pairs of tokens: which pairs get one, and to which tokens they are added."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, check_layer, set_weights
from tests.units.u08_sequence.compiling import compiled
from units.u08_sequence.pair_embedding import PairEmbedding
from units.u08_sequence.sentence_classifier import LSTMClassifier, SentenceClassifier, TransformerClassifier

# the pair (4, 2) is in three texts, (5, 2) in two, (2, 5) in one but twice
TEXTS = np.array([[4, 2, 5, 2, 5], [4, 2, 0, 0, 0], [1, 4, 2, 0, 0], [5, 2, 0, 0, 0]])


def embedding(pairs=2, texts=TEXTS):
    """An embedding of two numbers a pair, whose vectors are not 0."""
    layer = PairEmbedding(6, pairs, 2)
    layer.build((None, None))
    layer.adapt(texts)
    layer.embedding.embeddings.assign(np.arange(1.0, 2 * pairs + 1).reshape(pairs, 2))
    return layer


def test_the_pairs_of_the_most_texts_get_a_vector():
    layer = embedding()
    np.testing.assert_array_equal(ops.convert_to_numpy(layer.known), [4 * 6 + 2, 5 * 6 + 2])
    found = compiled(layer)([[4, 2, 5, 2, 0], [2, 4, 4, 2, 2], [0, 0, 0, 0, 0]])
    # (4, 2) has the vector (1, 2), (5, 2) the vector (3, 4), all others none
    wanted = np.zeros((3, 5, 2))
    wanted[0, 1], wanted[0, 3], wanted[1, 3] = (1, 2), (3, 4), (1, 2)
    assert_close(found, wanted)


def test_fewer_pairs_than_vectors():
    layer = embedding(pairs=8, texts=[[4, 2, 5]])
    found = compiled(layer)([[4, 2, 5, 5, 0]])
    # the smaller number is first: (2, 5) is 17, (4, 2) is 26
    assert_close(found, [[[0, 0], [3, 4], [1, 2], [0, 0], [0, 0]]])


def test_padding_is_in_no_pair():
    layer = embedding(pairs=20, texts=np.arange(1, 6)[None].repeat(2, axis=0))
    alone = compiled(layer)([[3, 4]])
    assert_close(compiled(layer)([[3, 4, 0, 0]])[:, :2], alone)
    assert not compiled(layer)([[0, 0, 0]]).any()
    # a pair with the token 0 has the number of no true pair
    layer.known.assign(np.arange(20))
    assert not compiled(layer)([[3, 0, 2, 0]]).any()


def test_the_layer_passes_the_harness():
    every = np.array([[a, b] for a in range(1, 5) for b in range(1, 5)])

    def make(**kwargs):
        layer = PairEmbedding(5, 16, 2, **kwargs)
        layer.build((None, None))
        layer.adapt(every)
        layer.embedding.embeddings.assign(np.random.default_rng(0).normal(size=(16, 2)))
        return layer

    check_layer(
        make, (2, 6), input_dtype="int32", expected_output_shape=(2, 6, 2), policies=("mixed_float16",)
    )


def test_pairs_tell_what_no_mean_of_words_can(tmp_path):
    """Two texts of the same words in another order: their bags of words are equal, and their pairs are not."""
    texts, y = np.array([[1, 2, 3, 4], [1, 4, 3, 2]] * 8, "int32"), np.array([0, 1] * 8)

    without = SentenceClassifier(6, 4)
    without(keras.KerasTensor((None, 4), "int32"))
    set_weights(without, scale=1.0)  # whatever its weights are
    assert np.ptp(compiled(without)(texts)) < 1e-5
    keras.utils.set_random_seed(0)
    model = SentenceClassifier(6, 4, pairs=10)
    model.pairs.adapt(texts)
    model.compile(keras.optimizers.Adam(0.1), loss=keras.losses.BinaryCrossentropy(from_logits=True))
    model(keras.KerasTensor(texts.shape, "int32"))
    model.optimizer.build(model.trainable_variables)  # otherwise TensorFlow traces the step twice
    model.fit(texts, y, batch_size=16, epochs=30, verbose=0)
    logits = model.predict(texts, verbose=0)
    np.testing.assert_array_equal(logits[:, 0] > 0, y == 1)
    model.save(tmp_path / "model.keras")
    assert_close(
        keras.saving.load_model(tmp_path / "model.keras").predict(texts, verbose=0), logits, atol=1e-6
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: SentenceClassifier(6, 4, pairs=3),
        lambda: LSTMClassifier(6, 4, 3, pairs=3),
        lambda: TransformerClassifier(6, 4, 2, 6, pairs=3),
    ],
)
def test_a_model_whose_pairs_are_not_chosen_says_so(make):
    """Afterwards its pairs count; that it trains with them is tested above."""
    model, y = make(), np.array([0, 1, 0, 1])
    model.compile("sgd", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    with pytest.raises(ValueError, match=r"call model\.pairs\.adapt\(tokens\)"):
        model.fit(TEXTS, y, verbose=0)
    with pytest.raises(ValueError, match=r"call model\.pairs\.adapt\(tokens\)"):
        model.fit(((TEXTS, y) for _ in range(1)), verbose=0)
    model(keras.KerasTensor(TEXTS.shape, "int32"))
    model.pairs.adapt(TEXTS)
    set_weights(model)
    logits_of = compiled(model)
    with_pairs = logits_of(TEXTS)
    assert np.isfinite(with_pairs).all()
    model.pairs.embedding.embeddings.assign(ops.zeros((3, 4)))
    assert (np.abs(logits_of(TEXTS) - with_pairs) > 1e-4).all()


def test_choosing_again_begins_again():
    layer = embedding()
    layer.adapt(TEXTS)
    assert not compiled(layer)(TEXTS).any()


def test_bad_arguments():
    with pytest.raises(ValueError, match="at most 46340"):
        PairEmbedding(46_341, 10, 2)
    with pytest.raises(ValueError, match="pairs must be"):
        PairEmbedding(10, 0, 2)
    layer = PairEmbedding(6, 3, 2)
    with pytest.raises(ValueError, match=r"shape \(texts, seq\)"):
        layer.adapt([4, 2])
    with pytest.raises(ValueError, match="no pair"):
        layer.adapt([[4], [2]])
    with pytest.raises(ValueError, match="tokens with the numbers 0 to 5"):
        layer.adapt([[4, 6]])
