"""PCA against scikit-learn and against the eigenvectors of the covariance."""

import numpy as np
import pytest
import sklearn.decomposition
from keras import ops
from sklearn.datasets import load_wine

from units.u01_machine_learning.pca import PCA, covariance_eigen


def to_numpy(x):
    return ops.convert_to_numpy(x)


def wine():
    x = load_wine().data
    return (x - x.mean(0)) / x.std(0)


def test_components_variances_and_scores_are_those_of_scikit_learn():
    x = wine()
    ours, theirs = PCA(4).fit(x), sklearn.decomposition.PCA(4).fit(x)
    sign = np.sign(np.sum(to_numpy(ours.components) * theirs.components_, axis=1))
    assert np.allclose(to_numpy(ours.components), sign[:, None] * theirs.components_, atol=1e-4)
    assert np.allclose(to_numpy(ours.explained_variance), theirs.explained_variance_, rtol=1e-4)
    assert np.allclose(to_numpy(ours.explained_variance_ratio), theirs.explained_variance_ratio_, rtol=1e-4)
    assert np.allclose(to_numpy(ours.transform(x)), sign * theirs.transform(x), atol=1e-3)


def test_new_samples_use_the_mean_of_the_fitted_ones():
    x = wine()
    ours, theirs = PCA(2).fit(x[:100]), sklearn.decomposition.PCA(2).fit(x[:100])
    assert np.allclose(
        np.abs(to_numpy(ours.transform(x[100:]))), np.abs(theirs.transform(x[100:])), atol=1e-3
    )


def test_all_components_rebuild_the_data_and_few_the_best_they_can():
    x = wine()
    pca = PCA(13).fit(x)
    assert np.allclose(to_numpy(pca.inverse_transform(pca.transform(x))), x, atol=1e-4)
    pca = PCA(5).fit(x)
    lost = np.mean(np.sum((to_numpy(pca.inverse_transform(pca.transform(x))) - x) ** 2, axis=1))
    share = float(ops.sum(pca.explained_variance_ratio))
    assert lost == pytest.approx((1 - share) * x.var(0).sum(), rel=1e-3)


def test_the_largest_entry_of_every_component_is_positive():
    components = to_numpy(PCA(13).fit(wine()).components)
    assert np.all(components[np.arange(13), np.abs(components).argmax(1)] > 0)
    assert np.allclose(components @ components.T, np.eye(13), atol=1e-5)


def test_the_covariance_has_the_same_eigenvectors():
    x = wine()
    pca = PCA(13).fit(x)
    eigenvalues, V = (to_numpy(part) for part in covariance_eigen(x))
    assert np.allclose(eigenvalues, to_numpy(pca.explained_variance), rtol=1e-3)
    assert np.allclose(np.abs(np.sum(V.T * to_numpy(pca.components), axis=1)), 1.0, atol=1e-4)
    assert np.allclose(eigenvalues, np.linalg.eigvalsh(np.cov(x.T))[::-1], rtol=1e-3)


def test_an_offset_changes_nothing_but_the_mean():
    x = wine()
    here, there = PCA(3).fit(x), PCA(3).fit(x + 50.0)
    assert np.allclose(to_numpy(here.components), to_numpy(there.components), atol=1e-3)
    assert np.allclose(to_numpy(there.mean), 50.0, atol=1e-4)


def test_impossible_numbers_of_components_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        PCA(0)
    with pytest.raises(ValueError, match="3 components"):
        PCA(3).fit(np.zeros((9, 2)))
    with pytest.raises(ValueError, match="two samples"):
        PCA(1).fit(np.zeros((1, 2)))
