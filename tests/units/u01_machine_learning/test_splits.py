"""Train, dev and test sets: disjoint, complete, of the size asked for."""

import numpy as np
import pytest

from units.u01_machine_learning.splits import train_dev_test


@pytest.mark.parametrize("rng", [None, np.random.default_rng(0)])
def test_the_parts_are_disjoint_and_complete(rng):
    parts = train_dev_test(101, dev=0.25, test=0.1, rng=rng)
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(101))
    assert [len(part) for part in parts] == [66, 25, 10]


def test_without_a_generator_time_runs_from_train_to_test():
    train, dev, test = train_dev_test(10)
    assert train.max() < dev.min() <= dev.max() < test.min()


def test_the_generator_shuffles():
    train, _, _ = train_dev_test(1000, rng=np.random.default_rng(0))
    assert abs(train.mean() - 499.5) < 40
    assert not np.array_equal(train, np.arange(600))


def test_the_classes_keep_their_shares():
    y = np.repeat([3, 7], [90, 10])
    parts = train_dev_test(100, dev=0.2, test=0.3, rng=np.random.default_rng(0), y=y)
    assert [np.sum(y[part] == 7) for part in parts] == [5, 2, 3]
    assert [np.sum(y[part] == 3) for part in parts] == [45, 18, 27]


@pytest.mark.parametrize("shares", [(0.5, 0.5), (-0.1, 0.2), (0.2, -0.1)])
def test_impossible_shares_are_refused(shares):
    with pytest.raises(ValueError, match="dev \\+ test < 1"):
        train_dev_test(10, *shares)


def test_an_empty_training_set_and_wrong_labels_are_refused():
    with pytest.raises(ValueError, match="No training sample"):
        train_dev_test(1, dev=0.0, test=0.9)
    with pytest.raises(ValueError, match="3 rows for 4 samples"):
        train_dev_test(4, y=[0, 1, 0])
