"""The entropy against its definition by slow loops, and the texts against the probabilities that drew them."""

import math

import numpy as np
import pytest

from course.testing import assert_close
from units import u10_past_present_future as u10

pytestmark = pytest.mark.backend_independent


def test_without_an_influence_of_the_last_characters_the_entropy_is_that_of_one_character():
    language = u10.MarkovLanguage(vocabulary=4, strength=0.0)
    p = [12 / 25 / c for c in (1, 2, 3, 4)]
    expected = -sum(q * math.log(q) for q in p)
    for known in (0, 1, 2):
        assert_close(language.entropy(known), expected, rtol=1e-12)


def test_the_entropy_is_the_mean_over_pairs_and_falls_with_what_is_known():
    language = u10.MarkovLanguage(vocabulary=5, strength=1.5, seed=3)
    pairs, p, V = language.pairs, language.p, range(5)
    # a long text keeps its frequencies
    again = [[sum(pairs[a, b] * p[a, b, c] for a in V) for c in V] for b in V]
    assert_close(again, pairs, rtol=1e-9)
    two = -sum(pairs[a, b] * p[a, b, c] * math.log(p[a, b, c]) for a in V for b in V for c in V)
    assert_close(language.entropy(), two, rtol=1e-9)
    single = pairs.sum(axis=1)
    one = -sum(pairs[b, c] * math.log(pairs[b, c] / single[b]) for b in V for c in V)
    assert_close(language.entropy(1), one, rtol=1e-9)
    assert_close(language.entropy(0), -sum(q * math.log(q) for q in single), rtol=1e-9)
    assert language.entropy(2) < language.entropy(1) < language.entropy(0)


def test_texts_have_the_frequencies_of_the_language():
    language = u10.MarkovLanguage(vocabulary=3, strength=1.0, seed=1)
    texts = language.texts(20_000, 6, np.random.default_rng(0))
    assert texts.shape == (20_000, 6)
    joint = language.pairs[..., None] * language.p
    for t in (0, 3):  # a text begins in the middle of a long one: every place is like the others
        a, b, c = texts[:, t : t + 3].T
        share = np.bincount(9 * a + 3 * b + c, minlength=27) / len(texts)
        # five standard deviations of a share
        assert np.all(np.abs(share - joint.ravel()) < 5 * np.sqrt(joint.ravel() / len(texts)))


def test_bad_arguments():
    with pytest.raises(ValueError, match="at least 2 characters"):
        u10.MarkovLanguage(1)
    with pytest.raises(ValueError, match="not negative"):
        u10.MarkovLanguage(3, -1.0)
    with pytest.raises(ValueError, match="known is 0, 1 or 2"):
        u10.MarkovLanguage(3).entropy(3)
    with pytest.raises(ValueError, match="at least 2"):
        u10.MarkovLanguage(3).texts(2, 1, np.random.default_rng(0))


def test_a_language_that_only_repeats_itself_is_refused():
    """Its frequencies of pairs were those of no long text, and with a strength of 300 its entropy was NaN."""
    for strength in (20.0, 300.0):
        with pytest.raises(ValueError, match="take a smaller one"):
            u10.MarkovLanguage(4, strength)
