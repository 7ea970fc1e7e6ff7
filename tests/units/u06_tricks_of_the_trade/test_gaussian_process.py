"""Gaussian processes against scikit-learn, their gradients against differences, the likelihood's maximum by L-BFGS."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process import kernels as theirs

from units import u03_optimization as u03
from units import u06_tricks_of_the_trade as u06
from units.u06_tricks_of_the_trade.expected_improvement import improvement_in_deviations
from units.u06_tricks_of_the_trade.marginal_likelihood import minimize, two_loop

pytestmark = pytest.mark.backend_independent
SMOOTHNESS = (0.5, 1.5, 2.5, np.inf)
RNG = np.random.default_rng(0)
X = RNG.uniform(size=(18, 3))
Y = np.sin(5 * X[:, 0]) + X[:, 1] + 0.1 * RNG.normal(size=18)
NEW = RNG.uniform(size=(25, 3))


def scikit_learn(nu, variance, scales, noise, optimizer=None):
    shape = theirs.RBF(scales) if nu == np.inf else theirs.Matern(scales, nu=nu)
    kernel = theirs.ConstantKernel(variance) * shape + theirs.WhiteKernel(noise)
    return GaussianProcessRegressor(kernel, alpha=0.0, optimizer=optimizer).fit(X, Y)


@pytest.mark.parametrize("scales", [0.4, [0.3, 0.6, 1.1]])
@pytest.mark.parametrize("nu", SMOOTHNESS)
def test_posterior_and_likelihood_are_scikit_learns(nu, scales):
    ours = u06.GaussianProcess(u06.Kernel(nu, 1.7, scales), 0.02).fit(X, Y)
    other = scikit_learn(nu, 1.7, scales, 0.02)
    likelihood, gradient = other.log_marginal_likelihood(other.kernel_.theta, eval_gradient=True)
    assert abs(ours.log_likelihood() - likelihood) < 1e-10
    np.testing.assert_allclose(ours.likelihood_gradient(), gradient, atol=1e-10)
    mean, covariance = ours.posterior_covariance(NEW)
    expected, with_noise = other.predict(NEW, return_cov=True)
    np.testing.assert_allclose(mean, expected, atol=1e-10)
    # scikit-learn's covariance is that of a new observation, noise included
    np.testing.assert_allclose(covariance, with_noise - 0.02 * np.eye(25), atol=1e-10)
    same, std = ours.posterior(NEW)
    np.testing.assert_allclose(same, mean, atol=1e-12)
    np.testing.assert_allclose(std, np.sqrt(np.diag(covariance)), atol=1e-10)


@pytest.mark.parametrize("nu", SMOOTHNESS)
def test_gradients_of_the_kernel_are_differences(nu):
    kernel = u06.Kernel(nu, 1.3, [0.4, 0.9, 2.0])
    K, gradients = kernel.with_gradients(X[:5])
    np.testing.assert_allclose(K, kernel(X[:5], X[:5]), atol=1e-15)
    for i, gradient in enumerate(gradients):
        step = 1e-5 * np.eye(4)[i]
        ends = [kernel.from_logarithms(kernel.logarithms + s)(X[:5], X[:5]) for s in (step, -step)]
        np.testing.assert_allclose(gradient, (ends[0] - ends[1]) / 2e-5, atol=1e-9)


def test_the_likelihood_is_a_normal_density_and_the_prior_has_no_data():
    model = u06.GaussianProcess(u06.Kernel(1.5, 0.8, 0.5), 0.1)
    mean, std = model.posterior(NEW)
    assert mean.tolist() == [0.0] * 25
    np.testing.assert_allclose(std, 0.8**0.5)
    with pytest.raises(ValueError, match="fit"):
        model.log_likelihood()
    model.fit(X, Y)
    covariance = model.kernel(X, X) + 0.1 * np.eye(18)
    density = stats.multivariate_normal(np.zeros(18), covariance).logpdf(Y)
    assert abs(model.log_likelihood() - density) < 1e-9


def test_samples_have_the_posteriors_moments():
    model = u06.GaussianProcess(u06.Kernel(2.5, 1.0, 0.5), 0.05).fit(X[:6], Y[:6])
    mean, covariance = model.posterior_covariance(NEW[:4])
    values = model.sample(NEW[:4], 20_000, np.random.default_rng(1))
    np.testing.assert_allclose(values.mean(axis=0), mean, atol=0.03)
    np.testing.assert_allclose(np.cov(values.T), covariance, atol=0.03)


@pytest.mark.parametrize("nu", [2.5, np.inf])
def test_the_maximum_of_the_likelihood_is_scikit_learns(nu):
    ours = u06.fit_settings(X, Y, u06.Kernel(nu, 1.0, 0.5), 0.02)
    other = scikit_learn(nu, 1.0, 0.5, 0.02, optimizer="fmin_l_bfgs_b")
    assert abs(ours.log_likelihood() - other.log_marginal_likelihood_value_) < 1e-5
    assert np.abs(ours.likelihood_gradient()).max() < 1e-5
    expected, std = other.predict(NEW, return_std=True)
    mean, ours_std = ours.posterior(NEW)
    np.testing.assert_allclose(mean, expected, atol=1e-3)  # the maximum is flat: scikit-learn stops earlier
    np.testing.assert_allclose(np.sqrt(ours_std**2 + ours.noise), std, atol=1e-3)


def test_settings_at_a_bound_with_a_prior_or_fixed():
    exact = u06.fit_settings(X, np.sin(5 * X[:, 0]), u06.Kernel(2.5, 1.0, 0.5), 1e-3, least_noise=1e-4)
    assert exact.noise == pytest.approx(1e-4)
    fixed = u06.fit_settings(X, Y, u06.Kernel(2.5, 1.0, 0.5), 0.3, fixed_noise=True)
    assert fixed.noise == pytest.approx(0.3)
    assert np.abs(fixed.likelihood_gradient()[:-1]).max() < 1e-4
    center = np.zeros(3)
    narrow = u06.fit_settings(X, Y, u06.Kernel(2.5, 1.0, 0.5), 0.1, prior=(center, np.full(3, 1e-3)))
    np.testing.assert_allclose([*narrow.kernel.logarithms, np.log(narrow.noise)], center, atol=1e-3)
    same = u06.fit_settings(X, Y, u06.Kernel(2.5, 1.0, 0.5), 0.1, max_steps=0)
    assert (same.kernel.variance, same.noise) == pytest.approx((1.0, 0.1))


def test_further_starts_find_the_higher_of_two_maxima():
    x = np.array([[-3.4], [-3.2], [-1.6], [0.3], [0.7], [1.0], [1.6], [2.2], [2.9]])
    y = np.array([-0.5, -0.4, -0.6, 0.4, 0.7, 0.4, 0.6, 1.4, 0.6])
    start = u06.Kernel(np.inf, 1.0, 0.4), 0.02
    assert u06.fit_settings(x, y, *start).log_likelihood() == pytest.approx(-5.8675, abs=1e-3)
    assert u06.fit_settings(x, y, *start, starts=10).log_likelihood() == pytest.approx(-5.6053, abs=1e-3)


def rosenbrock(theta):
    return optimize.rosen(theta), optimize.rosen_der(theta)


def test_lbfgs_in_float64_is_unit_3s_with_another_float_type():
    pairs = [(RNG.normal(size=4), RNG.normal(size=4)) for _ in range(3)]
    pairs = [(s, y * np.sign(s @ y)) for s, y in pairs]
    g = RNG.normal(size=4)
    steps, changes = (np.array(a, "float32") for a in zip(*pairs, strict=True))
    theirs_float32 = np.asarray(u03.two_loop(g.astype("float32"), steps, changes))
    np.testing.assert_allclose(two_loop(g, pairs), theirs_float32, rtol=1e-3)
    assert two_loop(g, []) is g
    theta, value = minimize(rosenbrock, [-1.2, 1.0, 0.5], tolerance=1e-10)
    np.testing.assert_allclose(theta, 1.0, atol=1e-9)
    assert value < 1e-18


def test_expected_improvement_is_the_integral():
    for mean, std, best, xi in [(0.3, 0.5, 0.1, 0.0), (2.0, 0.4, 0.0, 0.05), (-1.0, 2.0, 0.0, 0.2)]:
        expected, _ = integrate.quad(
            lambda f, m=mean, s=std, c=best - xi: max(c - f, 0.0) * stats.norm.pdf(f, m, s),
            mean - 12 * std,
            best - xi,
        )
        got = u06.expected_improvement([mean], [std], best, xi)
        np.testing.assert_allclose(got, [expected], rtol=1e-7)
    draws = np.random.default_rng(2).normal(0.3, 0.5, size=400_000)
    sampled = np.maximum(0.1 - draws, 0).mean()
    assert u06.expected_improvement([0.3], [0.5], 0.1)[0] == pytest.approx(sampled, rel=0.02)
    assert u06.probability_of_improvement([0.3], [0.5], 0.1)[0] == pytest.approx(
        (draws < 0.1).mean(), abs=0.004
    )


def test_expected_improvement_without_doubt_and_far_from_improving():
    assert u06.expected_improvement([1.0, -1.0], [0.0, 0.0], 0.0).tolist() == [0.0, 1.0]
    assert u06.probability_of_improvement([1.0, -1.0], [0.0, 0.0], 0.0).tolist() == [0.0, 1.0]
    # z Φ(z) + φ(z) → φ(z)/z², which z Φ(z) + φ(z) in floating point loses
    z = np.array([-30.0, -10.0, -5.0, -1e-9, 0.0, 3.0])
    tails = improvement_in_deviations(z)
    assert (np.diff(tails) > 0).all()
    assert (tails[:-3] > 0).all()
    assert tails[0] == pytest.approx(stats.norm.pdf(30) / 900 * (1 - 3 / 900), rel=1e-4)
    with pytest.raises(ValueError, match="std"):
        u06.expected_improvement([0.0], [-1.0], 0.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: u06.Kernel(1.0), "nu"),
        (lambda: u06.Kernel(length_scales=[1.0, 0.0]), "length_scales"),
        (lambda: u06.Kernel(variance=-1.0), "variance"),
        (lambda: u06.Kernel(length_scales=[1.0, 2.0])(X, X), "2 length scales for 3 features"),
        (lambda: u06.GaussianProcess(noise=-1.0), "noise"),
        (lambda: u06.GaussianProcess(noise=0.0).fit([[1.0], [1.0]], [0.0, 1.0]), "larger noise"),
        (lambda: u06.fit_settings(X, Y[:3], u06.Kernel()), "3 rows for 18"),
        (lambda: u06.fit_settings(X, Y, u06.Kernel(), noise=0.0, fixed_noise=True), "variances > 0"),
        (lambda: u06.GaussianProcess().fit([[0.0], [1.0]], [0.0, 1.0]).posterior(X), "1 and 3 features"),
    ],
)
def test_mistakes_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
