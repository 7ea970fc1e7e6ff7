"""Mini-batches, and training by them, against NumPy and scikit-learn."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from units.u02_logistic_softmax.mini_batch import epoch_batches, step, train


@pytest.mark.parametrize(
    ("n", "B", "sizes"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (4, 1, [1] * 4), (5, 5, [5])]
)
def test_every_sample_once(n, B, sizes):
    batches = epoch_batches(n, B, np.random.default_rng(0))
    assert [len(b) for b in batches] == sizes
    assert sorted(np.concatenate(batches)) == list(range(n))


def test_order_is_kept_without_rng_and_changes_with_it():
    assert np.concatenate(epoch_batches(50, 7)).tolist() == list(range(50))
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(epoch_batches(50, 7, rng)).tolist() for _ in range(2))
    assert first != second
    assert first != list(range(50))


@pytest.mark.parametrize("B", [0, 8, -1])
def test_impossible_batch_sizes(B):
    with pytest.raises(ValueError, match="between 1 and n=7"):
        epoch_batches(7, B)


def test_one_step_by_hand():
    # ŷ = (1/2, 1/2), D = (−1/2, 1/2), W ← −1·Dᵀx
    W, b, cost = step(
        np.float32([[2, 0]]), np.float32([[1, 0]]), np.zeros((2, 2), "float32"), np.zeros(2, "float32"), 1.0
    )
    np.testing.assert_allclose(W, [[1, 0], [-1, 0]], atol=1e-6)
    np.testing.assert_allclose(b, [0.5, -0.5], atol=1e-6)
    assert float(cost) == pytest.approx(np.log(2))


def test_training_equals_numpy_with_a_short_last_batch():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(7, 3)), rng.integers(3, size=7)
    W, b, epochs = np.zeros((3, 3)), np.zeros(3), []
    expected_costs = []
    for _ in range(4):
        for start in (0, 3, 6):
            xb, yb = x[start : start + 3], np.eye(3)[y[start : start + 3]]
            y_hat = softmax(xb @ W.T + b, axis=1)
            expected_costs.append(-np.mean(np.log((y_hat * yb).sum(1))))
            delta = (y_hat - yb) / len(xb)
            W, b = W - 0.7 * delta.T @ xb, b - 0.7 * delta.sum(0)
    got_W, got_b, costs = train(x, y, 3, 0.7, 3, 4, after_epoch=lambda epoch, W, b: epochs.append(epoch))
    np.testing.assert_allclose(got_W, W, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(got_b, b, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(costs, expected_costs, rtol=1e-4)
    assert epochs == [0, 1, 2, 3, 4]


def test_full_batch_descent_approaches_the_maximum_likelihood_fit():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(60, 2))
    y = (x[:, 0] + rng.normal(size=60) > 0).astype(int) + (x[:, 1] > 0.8)
    W, b, _ = train(x, y, 3, 1.0, 60, 400)
    fit = LogisticRegression(C=np.inf, tol=1e-8, max_iter=2000).fit(x, y)
    difference = softmax(x @ np.array(W).T + np.array(b), axis=1) - fit.predict_proba(x)
    assert np.abs(difference).max() < 0.01
