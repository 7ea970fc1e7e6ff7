"""K-fold cross-validation against scikit-learn and against its own definition."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

from units.u01_machine_learning.cross_validation import choose, cross_validate, kfold, stratified_kfold


def assert_partition(folds, n):
    assert np.array_equal(np.sort(np.concatenate([dev for _, dev in folds])), np.arange(n))
    for train, dev in folds:
        assert np.array_equal(np.sort(np.concatenate([train, dev])), np.arange(n))


@pytest.mark.parametrize(("n", "K"), [(10, 5), (11, 4), (7, 7), (3, 2)])
def test_consecutive_folds_are_those_of_scikit_learn(n, K):
    for ours, theirs in zip(kfold(n, K), KFold(K).split(np.zeros(n)), strict=True):
        assert np.array_equal(ours[0], theirs[0])
        assert np.array_equal(ours[1], theirs[1])


def test_shuffled_folds_are_a_partition_that_the_seed_decides():
    first, again, other = (kfold(23, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert_partition(first, 23)
    assert sorted(len(dev) for _, dev in first) == [4, 4, 5, 5, 5]
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a[1], b[1]) for a, b in zip(first, other, strict=True))
    assert any(np.any(np.diff(dev) != 1) for _, dev in first)


@pytest.mark.parametrize("rng", [None, np.random.default_rng(0)])
def test_stratified_folds_hold_the_class_counts_of_scikit_learn(rng):
    y = np.repeat([0, 1, 2], [23, 11, 6])
    folds = stratified_kfold(y, 5, rng)
    assert_partition(folds, len(y))
    ours = np.array([np.bincount(y[dev]) for _, dev in folds])
    theirs = np.array([np.bincount(y[dev]) for _, dev in StratifiedKFold(5).split(y, y)])
    assert np.array_equal(ours, theirs)
    assert np.ptp(ours.sum(1)) <= 1


def test_stratified_folds_take_labels_of_any_kind_and_order():
    y = np.array(["no", "yes"] * 10 + ["no"] * 10)
    for _, dev in stratified_kfold(y, 5, np.random.default_rng(3)):
        assert np.sum(y[dev] == "yes") == 2


def test_the_estimate_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=40)

    def fit_and_score(train, dev):
        return Ridge(2.0).fit(x[train], y[train]).score(x[dev], y[dev])

    scores = cross_validate(fit_and_score, kfold(40, 4))
    assert np.allclose(scores, cross_val_score(Ridge(2.0), x, y, cv=KFold(4)))


def test_choose_finds_the_minimum_and_the_simplest_within_one_error():
    losses = np.array([[9.0, 9.2], [5.0, 5.4], [4.6, 5.4], [7.0, 7.0]])
    choice = choose(["a", "b", "c", "d"], losses)
    assert choice.best == "c"
    assert choice.simplest == "b"
    assert np.allclose(choice.means, [9.1, 5.2, 5.0, 7.0])
    assert np.allclose(choice.errors, [0.1, 0.2, 0.4, 0.0])


@pytest.mark.parametrize(("n", "K"), [(5, 1), (5, 6), (0, 2)])
def test_impossible_numbers_of_folds_are_refused(n, K):
    with pytest.raises(ValueError, match="2 <= K <= n"):
        kfold(n, K)


def test_stratification_needs_enough_of_every_class():
    with pytest.raises(ValueError, match="Class 1 has 2 samples"):
        stratified_kfold([0] * 10 + [1] * 2, 3)


def test_choose_needs_one_row_per_candidate_and_two_folds():
    with pytest.raises(ValueError, match="losses must have shape"):
        choose([1, 2], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="losses must have shape"):
        choose([1, 2], [[1.0], [2.0]])
