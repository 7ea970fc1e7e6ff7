"""Images, categories, text and sound as numbers, against NumPy and scikit-learn."""

import numpy as np
import pytest
from keras import ops
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from units.u01_machine_learning.bag_of_words import bag_of_words, token_ids, vocabulary
from units.u01_machine_learning.encodings import categories, codes, one_hot
from units.u01_machine_learning.spectrum import amplitude_spectrum
from units.u01_machine_learning.vectorize import devectorize, to_grey, vectorize


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 1), (3, 4, 3)])
def test_vectorize_and_back(shape):
    images = np.arange(2 * np.prod(shape)).reshape(2, *shape)
    x = vectorize(images)
    assert np.array_equal(ops.convert_to_numpy(x), images.reshape(2, -1))
    assert np.array_equal(ops.convert_to_numpy(devectorize(x, shape)), images)


def test_vectorize_refuses_an_image_without_a_batch_and_a_wrong_size():
    with pytest.raises(ValueError, match="batch"):
        vectorize(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="12 values"):
        devectorize(np.zeros((2, 11)), (3, 4))


def test_brightness():
    colours = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], "float32").reshape(1, 4, 1, 3)
    grey = ops.convert_to_numpy(to_grey(colours))
    assert grey.shape == (1, 4, 1, 1)
    assert np.allclose(grey.ravel(), [0.299, 0.587, 0.114, 1.0])
    with pytest.raises(ValueError, match="three channels"):
        to_grey(np.zeros((1, 2, 2, 1)))


def test_codes_and_one_hot_are_scikit_learns():
    values = ["red", "green", "blue", "green"]
    order = categories(values)
    assert np.array_equal(codes(values, order), OrdinalEncoder().fit_transform(np.c_[values]).ravel())
    assert np.array_equal(
        ops.convert_to_numpy(one_hot(codes(values, order), 3)),
        OneHotEncoder(sparse_output=False).fit_transform(np.c_[values]),
    )


def test_one_hot_keeps_a_class_that_is_not_there_and_all_distances_equal():
    encoded = ops.convert_to_numpy(one_hot([0, 2], 4))
    assert encoded.shape == (2, 4)
    everything = np.eye(4)
    assert np.array_equal(ops.convert_to_numpy(one_hot(np.arange(4), 4)), everything)
    assert one_hot(np.array([], int), 3).shape == (0, 3)


@pytest.mark.parametrize("bad", [[0, 3], [-1, 0]])
def test_one_hot_refuses_codes_outside(bad):
    with pytest.raises(ValueError, match="0, …, 2"):
        one_hot(bad, 3)


def test_codes_refuse_the_unknown_and_the_double():
    with pytest.raises(ValueError, match="'huge' is not one of"):
        codes(["huge"], ["small", "large"])
    with pytest.raises(ValueError, match="twice"):
        codes(["small"], ["small", "small"])


def test_a_bag_of_words_is_scikit_learns():
    sentences = ["the film was good", "the acting was not good not at all", ""]
    oracle = CountVectorizer(token_pattern=r"\S+")
    expected = oracle.fit_transform(sentences).toarray()
    words = vocabulary(sentences)
    assert words == list(oracle.get_feature_names_out())
    assert np.array_equal(bag_of_words(sentences, words), expected)
    assert np.array_equal(bag_of_words(["unknown"], words), np.zeros((1, len(words))))


def test_token_ids_keep_the_order_cut_and_fill():
    ids = token_ids(["b a b", "a c", ""], ["a", "b"], length=2)
    assert ids.tolist() == [[2, 1], [1, 3], [0, 0]]


def test_the_spectrum_finds_pitch_and_loudness():
    t = np.arange(800) / 8000
    x = 0.7 * np.sin(2 * np.pi * 440 * t + 1.0) + 0.2 * np.cos(2 * np.pi * 1000 * t) + 0.1
    frequencies, amplitudes = amplitude_spectrum(np.stack([x, 2 * x]), rate=8000)
    amplitudes = ops.convert_to_numpy(amplitudes)
    found = {round(f): a for f, a in zip(frequencies, amplitudes[0], strict=True) if a > 1e-3}
    assert found == pytest.approx({0: 0.1, 440: 0.7, 1000: 0.2}, abs=1e-4)
    assert np.allclose(amplitudes[1], 2 * amplitudes[0], atol=1e-4)
    with pytest.raises(ValueError, match="even"):
        amplitude_spectrum(np.zeros((1, 3)), rate=1)
