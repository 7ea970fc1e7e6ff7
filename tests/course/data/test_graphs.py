"""Sets that are graphs: edges once each, features dense, sparse or none."""

import numpy as np
import pytest

import course.data
from course.data import graphs

pytestmark = pytest.mark.backend_independent


def test_the_karate_club_is_that_of_the_article():
    d = course.data.load("karate")
    edges, y = d.edges(), d.labels()
    assert edges.shape == (78, 2)
    degrees = np.bincount(edges.ravel(), minlength=34)
    assert (degrees[0], degrees[33], degrees.sum()) == (16, 17, 156)
    assert (y[0], y[33], y.sum()) == (0, 1, 17)
    np.testing.assert_array_equal(d.features(), np.eye(34))


def test_block_model_has_the_expected_numbers_of_neighbours():
    d = course.data.load("block_model", n=2000, classes=4, within=9.0, between=3.0, distance=2.0, seed=3)
    y, edges = d.labels(), d.edges()
    same = y[edges[:, 0]] == y[edges[:, 1]]
    assert 2 * same.sum() / 2000 == pytest.approx(9, rel=0.05)
    assert 2 * (~same).sum() / 2000 == pytest.approx(3, rel=0.05)
    means = np.array([d.x[y == k].mean(axis=0) for k in range(4)])
    np.testing.assert_allclose(means, 2 * np.eye(8)[:4], atol=0.2)
    assert np.array_equal(d.adjacency, d.adjacency.T)
    assert not np.diag(d.adjacency).any()


def test_sparse_features_are_scipys():
    from scipy.sparse import random_array

    matrix = random_array((7, 5), density=0.3, format="csr", rng=np.random.default_rng(0))
    arrays = {
        "features_indptr": matrix.indptr,
        "features_indices": matrix.indices,
        "features_data": matrix.data,
        "features_shape": np.array([7, 5]),
    }
    np.testing.assert_allclose(graphs.features(arrays), matrix.toarray(), rtol=1e-6)


def test_only_graphs_have_edges_and_they_have_no_split():
    with pytest.raises(course.data.DataError, match="iris is no graph, it has x, y"):
        course.data.load("iris").edges()
    with pytest.raises(course.data.DataError, match="karate has no split 'train'"):
        course.data.load("karate").features("train")
    with pytest.raises(course.data.DataError, match="karate has no split 'test'"):
        course.data.load("karate").labels("test")
