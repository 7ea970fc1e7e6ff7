"""Entropies and divergences against SciPy, and their inequalities on drawn distributions."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import distance

from course.testing import assert_close
from units import u00_mathematics as u00

PAIRS = np.random.default_rng(0).dirichlet(np.ones(4), size=(5, 2)).astype("float32")


def test_entropy():
    for p in [*PAIRS[:, 0], [1.0, 0.0, 0.0, 0.0], [0.25] * 4]:
        assert_close(u00.entropy(p), stats.entropy(p), rtol=1e-4)
        assert -1e-6 <= float(u00.entropy(p)) <= math.log(4) + 1e-6


def test_cross_entropy_and_divergence():
    for p, q in PAIRS:
        assert_close(u00.kullback_leibler(p, q), stats.entropy(p, q), rtol=1e-3, atol=1e-5)
        assert_close(u00.cross_entropy(p, q), -np.sum(p * np.log(q)), rtol=1e-4)
        assert_close(u00.kullback_leibler(p, p), 0.0, atol=1e-6)
        assert float(u00.kullback_leibler(p, q)) > 1e-3


def test_the_jensen_shannon_divergence():
    """SciPy has its square root."""
    for p, q in [*PAIRS, ([1, 0, 0, 0], [0, 0.5, 0.5, 0])]:
        assert_close(u00.jensen_shannon(p, q), distance.jensenshannon(p, q) ** 2, rtol=1e-3, atol=1e-5)
        assert_close(u00.jensen_shannon(p, q), u00.jensen_shannon(q, p), rtol=1e-4, atol=1e-6)


def test_a_class_that_occurs_and_is_never_predicted_costs_infinitely_much():
    assert float(u00.cross_entropy([0.5, 0.5], [1.0, 0.0])) == math.inf
    assert float(u00.kullback_leibler([0.5, 0.5], [1.0, 0.0])) == math.inf
    assert_close(u00.kullback_leibler([1.0, 0.0], [0.5, 0.5]), math.log(2), rtol=1e-5)


@pytest.mark.parametrize("wrong", [[0.5, 0.6], [-0.1, 1.1], [math.nan, 1.0], []])
def test_what_is_no_distribution_is_refused(wrong):
    for call in (u00.entropy, lambda p: u00.cross_entropy(p, p), lambda p: u00.jensen_shannon(p, p)):
        with pytest.raises(ValueError, match=r"distribution"):
            call(wrong)


def test_two_distributions_have_the_same_classes():
    for call in (u00.cross_entropy, u00.kullback_leibler, u00.jensen_shannon):
        with pytest.raises(ValueError, match="have 2 and 3 of them"):
            call([0.5, 0.5], [0.5, 0.25, 0.25])
