"""Skip-gram: pairs by hand, the cost in NumPy, and the optimum that Levy and Goldberg derived."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, set_weights
from units.u08_sequence.skip_gram import SkipGram, kept_share, nearest, noise_distribution, skip_pairs


@pytest.mark.backend_independent
def test_pairs_by_hand():
    pairs = skip_pairs([5, 6, 7, 5], window=2)
    expected = [(5, 6), (6, 5), (6, 7), (7, 6), (7, 5), (5, 7), (5, 7), (7, 5), (6, 5), (5, 6)]
    assert sorted(map(tuple, pairs)) == sorted(expected)
    # a window that is wider than the text has every pair of places
    assert len(skip_pairs([1, 2, 3], window=9)) == 6


@pytest.mark.backend_independent
def test_no_pair_crosses_the_end_of_a_sentence():
    pairs = skip_pairs([5, 6, 2, 7, 8, 2, 9], window=3, separator=2)
    assert sorted(map(tuple, pairs)) == [(5, 6), (6, 5), (7, 8), (8, 7)]


@pytest.mark.backend_independent
def test_frequent_words_are_thinned_and_noise_is_flatter():
    share = kept_share([90, 10, 0], 0.1)
    np.testing.assert_allclose(share, [1 / 3, 1, 1])
    noise = noise_distribution([16, 1, 0])
    np.testing.assert_allclose(noise, [8 / 9, 1 / 9, 0])
    np.testing.assert_allclose(noise_distribution([3, 1], power=1), [0.75, 0.25])


@pytest.mark.backend_independent
def test_nearest_goes_by_the_angle_and_not_by_the_length():
    u = np.array([[1.0, 0], [10, 1], [0.9, 0.9], [-3, 0], [0, 0]])
    order, cosines = nearest(u, 0, 4)
    assert order.tolist() == [1, 2, 4, 3]
    np.testing.assert_allclose(cosines, [10 / np.sqrt(101), np.sqrt(0.5), 0, -1])


def test_cost_by_the_formula():
    model = SkipGram(np.full(5, 0.2), d_model=3, negatives=2)
    set_weights(model, scale=1.0)
    u, v = (ops.convert_to_numpy(w).astype("float64") for w in model.trainable_variables)
    pairs, drawn = np.array([[0, 1], [4, 4]], "int32"), np.array([[2, 3], [4, 0]], "int32")

    def log_sigmoid(z):
        return -np.log(1 + np.exp(-z))

    expected = [
        -log_sigmoid(u[w] @ v[s]) - sum(log_sigmoid(-u[w] @ v[j]) for j in others)
        for (w, s), others in zip(pairs, drawn, strict=True)
    ]
    assert_close(model(pairs), [u[w] @ v[s] for w, s in pairs], rtol=1e-4)
    assert_close(model.cost(pairs, drawn), expected, rtol=1e-4)


def test_words_are_drawn_from_the_noise():
    noise = np.array([0.5, 0.0, 0.3, 0.2, 0.0])
    drawn = ops.convert_to_numpy(SkipGram(noise, 2, negatives=10, seed=0).draw(2000))
    assert drawn.shape == (2000, 10)
    assert drawn.dtype == np.int32
    share = np.bincount(drawn.ravel(), minlength=5) / drawn.size
    assert share[1] == share[4] == 0
    np.testing.assert_allclose(share, noise, atol=5 * np.sqrt(0.25 / drawn.size))


class AllWords(SkipGram):
    """Every word is drawn once for each pair: with the same probability for all words this is the mean cost itself."""

    def draw(self, batch):
        """0, …, V − 1 for each pair."""
        every = ops.arange(len(self.noise), dtype="int32")[None]
        return every + ops.zeros((batch, 1), "int32")


def test_at_the_optimum_the_products_are_the_shifted_information_of_the_pairs():
    counts = np.array([[6, 1, 3, 2], [1, 4, 1, 2], [2, 1, 1, 4], [2, 2, 8, 1]])
    words = len(counts)
    pairs = np.repeat(np.argwhere(counts > 0), counts.ravel(), axis=0).astype("int32")
    noise = np.full(words, 1 / words)
    model = AllWords(noise, d_model=words, negatives=words, seed=0)
    steps = 500
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, steps)))
    before = np.mean(ops.convert_to_numpy(model.cost(pairs, model.draw(len(pairs)))))
    model.fit(np.tile(pairs, (steps, 1)), batch_size=len(pairs), shuffle=False, verbose=0)
    u, v = (ops.convert_to_numpy(w) for w in model.trainable_variables)
    p = counts / counts.sum()
    # log p(w, s) / (p(w) q(s)) − log k
    information = np.log(p / (p.sum(axis=1, keepdims=True) * noise)) - np.log(words)
    np.testing.assert_allclose(u @ v.T, information, atol=0.02)
    after = np.mean(ops.convert_to_numpy(model.cost(pairs, model.draw(len(pairs)))))
    # the smallest mean cost: an entropy of true against drawn
    z = information
    smallest = np.sum(p * np.logaddexp(0, -z)) + np.sum(p.sum(axis=1, keepdims=True) * np.logaddexp(0, z))
    assert smallest - 1e-6 < after < smallest + 1e-3 < before


def test_config_and_weights_are_saved(tmp_path):
    model = SkipGram([0.5, 0.25, 0.25], d_model=2, negatives=3, seed=7)
    pairs = np.array([[0, 1], [2, 1]], "int32")
    again = SkipGram.from_config(model.get_config())
    again.set_weights(model.get_weights())
    assert_close(again(pairs), model(pairs))
    assert again.negatives == 3
    assert again.seed == 7


def test_bad_arguments_say_what_to_do():
    with pytest.raises(ValueError, match="window must be at least 1"):
        skip_pairs([1, 2], 0)
    with pytest.raises(ValueError, match="no pair of words"):
        skip_pairs([1, 2, 3], 1, separator=2)
    with pytest.raises(ValueError, match="threshold must be positive"):
        kept_share([1], 0)
    with pytest.raises(ValueError, match="probabilities"):
        SkipGram([0.5, 0.6], 2)
    with pytest.raises(ValueError, match="d_model and negatives"):
        SkipGram([0.5, 0.5], 2, negatives=0)
