"""Calibration, temperature, ensembles, dropout, Laplace and conformal sets against independent computations."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import integrate, optimize, stats
from scipy.special import expit, log_softmax, softmax
from sklearn.calibration import calibration_curve
from sklearn.linear_model import BayesianRidge, LogisticRegression
from sklearn.metrics import brier_score_loss

from course.testing import assert_close
from units import u10_past_present_future as u10

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(200, 4))
Y = np.array([RNG.choice(4, p=row) for row in softmax(Z, axis=1)])


@pytest.mark.backend_independent
def test_reliability_is_scikit_learns():
    p = RNG.random(300)
    y = (RNG.random(300) < p).astype(int)
    both = np.column_stack([1 - p, p])
    upper = p > 0.5  # there the confidence is that of class 1
    accuracy, confidence = calibration_curve(y[upper], p[upper], n_bins=10)
    table = u10.reliability_table(y[upper], both[upper])
    assert_close(table[:, 1:], np.column_stack([confidence, accuracy]), atol=1e-12)
    assert table[:, 0].sum() == upper.sum()
    slow = sum(n * abs(a - c) for n, c, a in u10.reliability_table(y, both, 7)) / 300
    assert_close(u10.expected_calibration_error(y, both, 7), slow)
    sizes = u10.reliability_table(y, both, 7, equal="count")[:, 0]
    assert sizes.max() - sizes.min() <= 1
    assert_close(u10.brier_score(y, both), 2 * brier_score_loss(y, p))
    coarse = p.round(1)
    reliability, resolution, uncertainty = u10.brier_parts(y, coarse)
    assert_close(reliability - resolution + uncertainty, brier_score_loss(y, coarse))
    assert uncertainty == pytest.approx(y.mean() * (1 - y.mean()))
    constant = u10.brier_parts(y, np.full(300, y.mean()))
    assert_close(constant[:2], [0, 0], atol=1e-12)
    with pytest.raises(ValueError, match='"width" or "count"'):
        u10.reliability_table(y, both, equal="height")
    with pytest.raises(ValueError, match="at least one bin"):
        u10.reliability_table(y, both, bins=0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        u10.brier_parts(y, 2 * p)


@pytest.mark.backend_independent
@pytest.mark.parametrize("factor", [0.05, 1.0, 30.0])
def test_temperature_is_that_of_a_line_search(factor):
    z = factor * Z

    def cost(log_tau):
        return -np.mean(log_softmax(z / np.exp(log_tau), axis=1)[np.arange(200), Y])

    expected = np.exp(
        optimize.minimize_scalar(cost, bounds=(-6, 6), method="bounded", options={"xatol": 1e-9}).x
    )
    tau = u10.fit_temperature(Y, z)
    assert tau == pytest.approx(expected, rel=1e-4)
    assert u10.with_temperature(z, tau).argmax(1).tolist() == z.argmax(1).tolist()
    # where the cost is smallest the mean logit of the true class is the expected one
    p = u10.with_temperature(z, tau)
    assert np.mean((p * z).sum(1) - z[np.arange(200), Y]) == pytest.approx(0, abs=1e-6)


@pytest.mark.backend_independent
def test_temperatures_that_do_not_exist_are_named():
    # the unit of the logits does not matter
    y, z = np.array([0, 1, 1, 0]), np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0], [3.0, 0.0]])
    assert u10.fit_temperature(y, 1e8 * z) == pytest.approx(1e8 * u10.fit_temperature(y, z))
    with pytest.raises(ValueError, match="Every sample is classified right"):
        u10.fit_temperature(Z.argmax(1), Z)
    with pytest.raises(ValueError, match="no better than equal probabilities"):
        u10.fit_temperature(Z.argmin(1), Z)
    with pytest.raises(ValueError, match="positive, not 0"):
        u10.with_temperature(Z, 0)


@pytest.mark.backend_independent
def test_uncertainty_is_the_mutual_information():
    p = softmax(RNG.normal(size=(3, 5, 4)), axis=-1)
    total, noise, disagreement = u10.uncertainty_parts(p)
    divergence = np.mean([stats.entropy(p[m], p.mean(0), axis=1) for m in range(3)], axis=0)
    assert_close(disagreement, divergence, atol=1e-12)
    assert_close(total, stats.entropy(p.mean(0), axis=1), atol=1e-12)
    assert_close(total, noise + disagreement, atol=1e-12)
    with pytest.raises(ValueError, match=r"must be \(members, batch, classes\)"):
        u10.uncertainty_parts(p[0])
    with pytest.raises(ValueError, match="sum to 1"):
        u10.uncertainty_parts(2 * p)


def test_what_a_network_returns_goes_in_as_it_is():
    """On PyTorch the outputs of a network have gradients, and NumPy does not convert them."""
    x = np.array([[1.0, 2.0], [3.0, 5.0]], "float32")
    model = keras.layers.Dense(2, kernel_initializer="identity")
    p = np.array([[1, np.e], [1, np.e**2]])
    p /= p.sum(axis=1, keepdims=True)
    assert_close(u10.with_temperature(model(x), 1.0), p, atol=1e-6)
    total, _, disagreement = u10.uncertainty_parts(ops.softmax(model(x))[None])
    assert_close(total, stats.entropy(p, axis=1), atol=1e-6)
    assert_close(disagreement, [0, 0], atol=1e-12)
    assert_close(u10.optimal_policy(ops.softmax(model(x)), np.zeros(2), 1.0), p, atol=1e-6)
    expected = np.linalg.inv(x.T @ x + np.eye(2))
    assert_close(u10.posterior_covariance(model(x), np.ones((2, 1, 1)), 1.0), expected, rtol=1e-6)


def test_members_of_an_ensemble_learn_as_if_alone():
    x, y = RNG.normal(size=(30, 3)).astype("float32"), RNG.integers(4, size=30)
    both = u10.DeepEnsemble(2, [5], 4)
    alone = u10.DeepEnsemble(1, [5], 4)
    for model in (both, alone):
        model.compile(keras.optimizers.SGD(0.1))
        model(x)
    start = both.get_weights()
    alone.set_weights([w[1:2] for w in start])
    for model in (both, alone):
        model.fit(x, y, batch_size=30, epochs=2, shuffle=False, verbose=0)
    for pair, single in zip(both.get_weights(), alone.get_weights(), strict=True):
        assert_close(pair[1:2], single, atol=1e-5)
    z = ops.convert_to_numpy(both(x))
    W1, b1, W2, b2 = (w[0] for w in both.get_weights())
    assert_close(z[:, 0], np.maximum(0, x @ W1 + b1) @ W2 + b2, atol=1e-5)
    assert_close(both.probabilities(x)[1], softmax(z[:, 1], axis=1), atol=1e-5)
    logs = both.evaluate(x, y, batch_size=30, verbose=0, return_dict=True)
    nll = -np.mean(log_softmax(z, axis=-1)[np.arange(30), :, y])
    assert_close(logs["loss"], nll, rtol=1e-4)
    assert_close(logs["accuracy"], np.mean(softmax(z, axis=-1).mean(1).argmax(1) == y))
    assert u10.DeepEnsemble.from_config(both.get_config()).get_config() == both.get_config()
    with pytest.raises(ValueError, match="members must be a positive whole number, not 0"):
        u10.DeepEnsemble(0, [5], 4)


def test_mc_dropout_draws_what_dropout_trains():
    x = np.ones((4000, 1), "float32")
    model = u10.DeepEnsemble(1, [1], 2, dropout=0.25)
    model(x)
    model.set_weights([np.array(w, "float32") for w in ([[[1.0]]], [[0.0]], [[[1.0, 0.0]]], [[0.0, 0.0]])])
    p = u10.mc_dropout(model, x, samples=3)
    assert p.shape == (3, 4000, 1, 2)
    kept = np.isclose(p[..., 0, 0], expit(1 / 0.75), atol=1e-4)
    dropped = np.isclose(p[..., 0, 0], 0.5, atol=1e-4)
    assert np.all(kept | dropped)
    assert np.mean(kept) == pytest.approx(0.75, abs=0.02)
    assert not np.array_equal(kept[0], kept[1])
    with pytest.raises(ValueError, match="no dropout"):
        u10.mc_dropout(keras.layers.Dense(2), x[:3])
    with pytest.raises(ValueError, match="at least one pass"):
        u10.mc_dropout(model, x, samples=0)
    with pytest.raises(ValueError, match="whole number"):
        u10.mc_dropout(model, x, samples=2.5)
    for _ in range(8):  # equal masks of one sample by chance
        assert u10.mc_dropout(model, x[:1], samples=2).shape == (2, 1, 1, 2)


@pytest.mark.backend_independent
def test_laplace_is_exact_for_gaussian_noise():
    phi = RNG.normal(size=(40, 3))
    t = phi @ [1.0, -2.0, 0.5] + 0.3 * RNG.normal(size=40)
    bayes = BayesianRidge(fit_intercept=False, max_iter=500, tol=1e-12).fit(phi, t)
    curvature = np.full((40, 1, 1), bayes.alpha_)
    covariance = u10.posterior_covariance(phi, curvature, bayes.lambda_)
    assert_close(covariance, bayes.sigma_, rtol=1e-3)
    with pytest.raises(ValueError, match="inverse variance"):
        u10.posterior_covariance(phi, curvature, 0.0)
    for wrong in (curvature[:1], curvature[:, 0], np.ones((40, 2, 3))):
        with pytest.raises(ValueError, match="curvature must have shape"):
            u10.posterior_covariance(phi, wrong, 1.0)
    assert_close(u10.posterior_covariance(phi[:0], curvature[:0], 4.0), np.eye(3) / 4)


@pytest.mark.backend_independent
def test_laplace_finds_the_maximum_and_its_curvature():
    phi, y = RNG.normal(size=(150, 2)), RNG.integers(3, size=150)
    y[phi[:, 0] > 0.3] = 2
    laplace = u10.LastLayerLaplace(3, prior=0.5).fit(phi, y)
    with_ones = np.column_stack([phi, np.ones(150)])
    theirs = LogisticRegression(C=2.0, fit_intercept=False, tol=1e-10, max_iter=5000).fit(with_ones, y)
    assert_close(laplace.W, theirs.coef_, atol=1e-4)

    def cost(flat):
        z = with_ones @ flat.reshape(3, 3).T
        return -log_softmax(z, axis=1)[np.arange(150), y].sum() + 0.25 * np.sum(flat**2)

    H, h, w = np.zeros((9, 9)), 1e-3, laplace.W.ravel()
    for i in range(9):
        for j in range(9):
            a, b = h * np.eye(9)[i], h * np.eye(9)[j]
            H[i, j] = (cost(w + a + b) - cost(w + a - b) - cost(w - a + b) + cost(w - a - b)) / (4 * h * h)
    assert_close(np.linalg.inv(laplace.covariance), H, atol=1e-2)
    mean, S = laplace.logits(phi[:4])
    draws = RNG.multivariate_normal(w, laplace.covariance, size=40_000).reshape(-1, 3, 3)
    z = np.einsum("dkf,nf->dnk", draws, with_ones[:4])
    assert_close(mean, z.mean(0), atol=0.02)
    assert_close(S, np.stack([np.cov(z[:, i].T) for i in range(4)]), atol=0.02, rtol=0.05)
    assert_close(laplace.probabilities(phi[:4]), softmax(z, axis=-1).mean(0), atol=0.01)
    with pytest.raises(ValueError, match=r"call fit\(features, y\) first"):
        u10.LastLayerLaplace(3).probabilities(phi)
    with pytest.raises(ValueError, match="fitted to 2"):
        laplace.probabilities(phi[:, :1])
    far = laplace.probabilities(1e4 * np.eye(2))
    assert far.max() < softmax(1e4 * np.eye(2, 3) @ laplace.W.T, axis=1).max()


@pytest.mark.backend_independent
def test_probit_approximation_is_near_the_integral():
    for mean, variance in ((0.5, 1.0), (2.0, 4.0), (-1.0, 9.0)):
        exact = integrate.quad(lambda z: expit(z) * stats.norm.pdf(z, mean, variance**0.5), -40, 40)[0]  # noqa: B023
        assert expit(mean / np.sqrt(1 + np.pi * variance / 8)) == pytest.approx(exact, abs=0.02)


@pytest.mark.backend_independent
@pytest.mark.parametrize(("n", "alpha"), [(9, 0.1), (20, 0.1), (99, 0.05), (50, 0.33)])
def test_the_guarantee_holds_over_splits(n, alpha):
    """1,000 calibration sets of uniform scores: there the coverage of a threshold is the threshold itself."""
    rng = np.random.default_rng(n)
    q = np.array([u10.conformal_quantile(rng.random(n), alpha) for _ in range(1000)])
    promised = u10.coverage_distribution(n, alpha)
    assert stats.kstest(q, promised.cdf).pvalue > 1e-3
    error = 4 * promised.std() / np.sqrt(1000)
    assert 1 - alpha - error < q.mean() < 1 - alpha + 1 / (n + 1) + error


@pytest.mark.backend_independent
def test_conformal_quantile_at_its_edges():
    assert u10.conformal_quantile(np.arange(1, 10), 0.1) == 9  # ⌈10 · 0.9⌉ = 9 in spite of rounding
    assert u10.conformal_quantile(np.arange(1, 9), 0.1) == np.inf
    assert u10.conformal_quantile([3.0], 0.5) == 3
    assert u10.conformal_quantile([5.0, 1.0, 3.0], 1 - 1e-11) == 1
    for alpha in (0, 1, -0.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            u10.conformal_quantile([1.0], alpha)
        with pytest.raises(ValueError, match="between 0 and 1"):
            u10.coverage_distribution(20, alpha)
    with pytest.raises(ValueError, match="the threshold is infinite"):
        u10.coverage_distribution(8, 0.1)
    with pytest.raises(ValueError, match="number of samples"):
        u10.coverage_distribution(19.5, 0.1)


@pytest.mark.backend_independent
def test_logits_are_no_probabilities():
    """A calibration error of logits was 2.75, without a word."""
    for measure in (u10.reliability_table, u10.expected_calibration_error, u10.brier_score):
        with pytest.raises(ValueError, match="of logits take softmax"):
            measure(Y, Z)
    with pytest.raises(ValueError, match="of logits take softmax"):
        u10.class_scores(Z, adaptive=True)
    with pytest.raises(ValueError, match="p_cal has 2 classes and p_hat has 3"):
        u10.prediction_sets(np.full((2, 3), 1 / 3), [0, 1], np.full((2, 2), 0.5))
    with pytest.raises(ValueError, match="a whole number of them"):
        u10.reliability_table(Y, softmax(Z, axis=1), bins=2.5)


@pytest.mark.backend_independent
def test_sets_and_intervals():
    p = np.array([[0.5, 0.2, 0.3], [0.1, 0.8, 0.1]])
    assert_close(u10.class_scores(p), 1 - p)
    assert_close(u10.class_scores(p, adaptive=True), [[0.5, 1.0, 0.8], [0.9, 0.8, 1.0]], atol=1e-12)
    p_cal, p_new = softmax(Z[:100], axis=1), softmax(Z[100:], axis=1)
    for adaptive in (False, True):
        sets = u10.prediction_sets(p_new, Y[:100], p_cal, 0.2, adaptive)
        assert 0.68 < sets[np.arange(100), Y[100:]].mean() < 0.92
        assert np.all(u10.prediction_sets(p_new, Y[:3], p_cal[:3], 0.2, adaptive))  # too few: all classes
    low, high = u10.prediction_intervals([0.0, 10.0], [1, 2, 3, 4], [0, 0, 0, 0], 0.4)
    assert_close(np.stack([low, high]), [[-3, 7], [3, 13]])
    low, high = u10.prediction_intervals([0.0, 10.0], [1, 2, 3, 4], [0] * 4, 0.4, [1, 2], [1, 1, 1, 4])
    assert_close(high - low, [2 * 2, 4 * 2])  # the scores are 1, 2, 3 and 1
    with pytest.raises(ValueError, match="both scales or none"):
        u10.prediction_intervals([0.0], [1.0], [0.0], 0.4, [1.0])
    with pytest.raises(ValueError, match="must be positive"):
        u10.prediction_intervals([0.0], [1.0], [0.0], 0.4, [0.0], [1.0])


def test_an_ensemble_of_whole_numbers_and_without_hidden_layers():
    x, y = np.array([[0, 255], [255, 0], [200, 100]], "uint8"), np.array([0, 1, 1])
    costs = []
    for dtype in ("uint8", "float32"):
        keras.utils.set_random_seed(0)
        model = u10.DeepEnsemble(np.int64(2), [np.int64(3)], np.int64(2))
        model.compile("sgd")
        costs.append(model.fit(x.astype(dtype), y, verbose=0).history["loss"][0])
    assert costs[0] == pytest.approx(costs[1], rel=1e-5)
    half = u10.DeepEnsemble(2, [3], 2, dtype="mixed_bfloat16")
    half.build((None, 2))
    assert tuple(half.features(ops.convert_to_tensor(x, "float32")).shape) == (3, 2, 3)
    flat = u10.DeepEnsemble(2, [], 2)
    flat.build((None, 2))
    assert_close(flat.features(ops.convert_to_tensor(x)), np.stack([x, x], axis=1))
