"""The Gaussian generative model against NumPy."""

import numpy as np
from keras import ops

from units.u00_mathematics import normal_log_density
from units.u01_machine_learning.gaussian_model import fit_gaussian, sample_gaussian


def test_the_fit_is_the_maximum_likelihood_estimate():
    x = np.random.default_rng(0).normal(size=(50, 3)) @ np.array([[1.0, 2, 0], [0, 1, 0], [0, 0, 3]])
    mean, covariance = fit_gaussian(x)
    assert np.allclose(ops.convert_to_numpy(mean), x.mean(axis=0), atol=1e-5)
    assert np.allclose(ops.convert_to_numpy(covariance), np.cov(x.T, bias=True), atol=1e-4)
    assert np.allclose(
        ops.convert_to_numpy(fit_gaussian(x, floor=2.0)[1]), np.cov(x.T, bias=True) + 2 * np.eye(3), atol=1e-4
    )


def test_samples_have_the_mean_and_the_covariance():
    mean, covariance = np.array([1.0, -2.0]), np.array([[4.0, 3.0], [3.0, 9.0]])
    noise = np.random.default_rng(1).normal(size=(40_000, 2))
    samples = ops.convert_to_numpy(sample_gaussian(mean, covariance, noise))
    assert np.allclose(samples.mean(axis=0), mean, atol=0.08)
    assert np.allclose(np.cov(samples.T), covariance, atol=0.25)


def test_the_fit_is_likelier_than_its_neighbours():
    x = np.random.default_rng(3).normal(size=(30, 2))
    mean, covariance = fit_gaussian(x)

    def likelihood(m, c):
        return float(ops.sum(normal_log_density(x, m, c)))

    best = likelihood(mean, covariance)
    assert best > likelihood(mean + 0.1, covariance)
    assert best > likelihood(mean, 1.2 * covariance)
    assert best > likelihood(mean, 0.8 * covariance)
