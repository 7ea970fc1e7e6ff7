"""Scores, ROC curves and intervals against scikit-learn and SciPy."""

import numpy as np
import pytest
from keras import ops
from scipy.stats import binom, binomtest
from sklearn import metrics

from units.u01_machine_learning.binomial_interval import exact_interval, wald_interval, wilson_interval
from units.u01_machine_learning.confusion import (
    accuracy,
    class_scores,
    confusion_matrix,
    macro_scores,
    micro_scores,
)
from units.u01_machine_learning.roc import area_under, rank_probability, roc_curve
from units.u01_machine_learning.top_k_accuracy import top_k_accuracy

to_numpy = ops.convert_to_numpy


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    y = rng.choice(5, size=300, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    return y, np.where(rng.uniform(size=300) < 0.7, y, rng.integers(4, size=300))  # class 4 by truth only


def test_the_confusion_matrix_has_truth_down_and_prediction_across(predictions):
    y, y_hat = predictions
    M = to_numpy(confusion_matrix(y, y_hat, 5))
    assert np.array_equal(M, metrics.confusion_matrix(y, y_hat))
    assert not np.array_equal(M, M.T)
    assert np.isclose(float(accuracy(M)), metrics.accuracy_score(y, y_hat))


@pytest.mark.parametrize(
    ("average", "scores"), [(None, class_scores), ("macro", macro_scores), ("micro", micro_scores)]
)
def test_scores_are_scikit_learns(predictions, average, scores):
    y, y_hat = predictions
    *expected, _ = metrics.precision_recall_fscore_support(y, y_hat, average=average, zero_division=0)
    got = scores(confusion_matrix(y, y_hat, 5))
    for value, wanted in zip(got, expected, strict=True):
        assert np.allclose(to_numpy(value), wanted, atol=1e-6)


def test_binary_scores(predictions):
    y, y_hat = (np.asarray(v) == 0 for v in predictions)
    *expected, _ = metrics.precision_recall_fscore_support(y, y_hat, average="binary")
    got = class_scores(confusion_matrix(y.astype(int), y_hat.astype(int), 2))
    assert np.allclose([float(score[1]) for score in got], expected, atol=1e-6)


def test_a_class_that_never_occurs_scores_zero_and_not_nan():
    for score in class_scores(confusion_matrix([0, 0], [0, 0], 3)):
        assert np.array_equal(to_numpy(score), [1, 0, 0])


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_is_scikit_learns(k):
    rng = np.random.default_rng(1)
    y, scores = rng.integers(5, size=80), rng.normal(size=(80, 5))
    if k < 5:
        assert np.isclose(float(top_k_accuracy(y, scores, k)), metrics.top_k_accuracy_score(y, scores, k=k))
    else:
        assert float(top_k_accuracy(y, scores, k)) == 1.0


def test_top_k_needs_a_possible_k():
    for k in (0, 4):
        with pytest.raises(ValueError, match="between 1 and K = 3"):
            top_k_accuracy([0], [[1.0, 2.0, 3.0]], k)


@pytest.mark.parametrize("digits", [6, 1, 0])  # 1 and 0: many ties
def test_the_roc_curve_is_scikit_learns(digits):
    rng = np.random.default_rng(2)
    y = rng.integers(2, size=200)
    s = np.round(y + rng.normal(size=200), digits)
    curve = roc_curve(y, s)
    fpr, tpr, thresholds = metrics.roc_curve(y, s, drop_intermediate=False)
    assert np.allclose(curve.false_positive, fpr)
    assert np.allclose(curve.true_positive, tpr)
    assert np.allclose(curve.thresholds[1:], thresholds[1:])
    assert np.isclose(area_under(curve), metrics.roc_auc_score(y, s))
    assert np.isclose(rank_probability(y, s), metrics.roc_auc_score(y, s), atol=1e-6)


def test_the_area_depends_on_the_ranks_alone():
    rng = np.random.default_rng(3)
    y, s = rng.integers(2, size=50), rng.normal(size=50)
    area = area_under(roc_curve(y, s))
    assert np.isclose(area, area_under(roc_curve(y, np.exp(3 * s))))
    assert np.isclose(1 - area, area_under(roc_curve(y, -s)))
    assert area_under(roc_curve(y, np.zeros(50))) == 0.5


@pytest.mark.parametrize(
    ("y", "s", "message"), [([1, 1], [0.1, 0.2], "both"), ([0, 1], [0.1, np.nan], "finite")]
)
def test_a_roc_curve_needs_both_classes_and_numbers(y, s, message):
    with pytest.raises(ValueError, match=message):
        roc_curve(y, s)


@pytest.mark.parametrize(("correct", "n"), [(0, 10), (10, 10), (7, 10), (9200, 10_000)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_intervals_are_scipys(correct, n, level):
    for interval, method in ((wilson_interval, "wilson"), (exact_interval, "exact")):
        oracle = binomtest(correct, n).proportion_ci(level, method=method)
        assert np.allclose(interval(correct, n, level), [oracle.low, oracle.high], atol=1e-9)


def test_wald_is_right_for_large_n_and_empty_at_the_edge():
    assert np.allclose(
        wald_interval(9200, 10_000), 0.92 + 1.959964 * np.sqrt(0.92 * 0.08 / 1e4) * np.array([-1, 1])
    )
    assert wald_interval(10, 10) == (1.0, 1.0)


def test_coverage_is_what_the_names_promise():
    """Exactly: the sum of the binomial probabilities of the counts whose interval holds the truth."""
    n, p = 30, 0.95
    counts = np.arange(n + 1)

    def coverage(interval):
        held = [low <= p <= high for low, high in (interval(int(c), n) for c in counts)]
        return binom.pmf(counts, n, p)[held].sum()

    assert coverage(exact_interval) >= 0.95
    assert coverage(wilson_interval) > 0.93
    assert coverage(wald_interval) < 0.85


@pytest.mark.parametrize("bad", [(3, 2, 0.95), (-1, 2, 0.95), (0, 0, 0.95), (1, 2, 95)])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match=r"possible|probability"):
        wilson_interval(*bad)


def test_near_scores_are_not_equal():
    """In float32, the default of JAX, these two would be."""
    y, scores = [0, 1], [1.0, 1.0 + 1e-12]
    assert rank_probability(y, scores) == area_under(roc_curve(y, scores)) == 1
