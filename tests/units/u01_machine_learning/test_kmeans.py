"""K-means against scikit-learn, its monotone descent, its edge cases."""

import numpy as np
import pytest
from keras import ops
from sklearn.cluster import KMeans

from units.u01_machine_learning.kmeans import (
    assign,
    kmeans,
    kmeans_plus_plus,
    lloyd,
    random_start,
    update,
)


def to_numpy(x):
    return ops.convert_to_numpy(x)


def blobs(rng, n=40):
    centres = np.array([[0, 0], [6, 0], [0, 6], [7, 7]])
    return np.concatenate([centre + rng.normal(size=(n, 2)) for centre in centres])


def test_lloyd_ends_where_scikit_learn_ends():
    x = blobs(np.random.default_rng(0))
    start = x[[3, 4, 50, 130]]
    ours = lloyd(x, start)
    theirs = KMeans(4, init=start, n_init=1, algorithm="lloyd", tol=0).fit(x)
    assert np.allclose(to_numpy(ours.centroids), theirs.cluster_centers_, atol=1e-4)
    assert np.array_equal(to_numpy(ours.labels), theirs.labels_)
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-4)


def test_inertia_never_rises_and_the_history_is_complete():
    x = np.random.default_rng(1).normal(size=(200, 3))
    found = lloyd(x, x[:6])
    inertias = [inertia for _, _, inertia in found.history]
    assert len(inertias) > 3
    assert np.all(np.diff(inertias) <= 1e-3)
    assert np.array_equal(found.history[0][0], x[:6].astype("float32"))
    assert found.inertia == inertias[-1]


def test_a_limit_on_the_steps_still_gives_labels_of_the_last_centroids():
    x = np.random.default_rng(1).normal(size=(200, 3))
    found = lloyd(x, x[:6], steps=1)
    labels, inertia = assign(x, found.centroids)
    assert len(found.history) == 1
    assert np.array_equal(to_numpy(found.labels), to_numpy(labels))
    assert found.inertia == pytest.approx(float(inertia))


def test_an_empty_cluster_keeps_its_centroid():
    x = np.array([[0.0], [1.0], [2.0]])
    labels, _ = assign(x, [[1.0], [100.0]])
    moved = to_numpy(update(x, labels, [[0.5], [100.0]]))
    assert np.allclose(moved, [[1.0], [100.0]])


def test_a_tie_goes_to_the_first_centroid():
    labels, inertia = assign([[0.0], [2.0]], [[1.0], [-1.0]])
    assert to_numpy(labels).tolist() == [0, 0]
    assert float(inertia) == 2.0


def test_digits_are_kept_far_from_the_origin():
    x = np.array([[10_000.0, 0.0], [10_001.0, 0.0]], dtype="float32")
    labels, inertia = assign(x, x)
    assert to_numpy(labels).tolist() == [0, 1]
    assert float(inertia) == 0.0
    assert np.array_equal(to_numpy(update(x, np.array([0, 0]), x[:1])), [[10_000.5, 0.0]])


def test_careful_seeding_never_repeats_a_sample_while_others_are_left():
    x = np.repeat([[0.0], [1.0], [5.0]], [98, 1, 1], axis=0)
    for seed in range(5):
        start = to_numpy(kmeans_plus_plus(x, 3, np.random.default_rng(seed)))
        assert sorted(start[:, 0].tolist()) == [0.0, 1.0, 5.0]


def test_careful_seeding_draws_by_squared_distance():
    x = np.array([[0.0], [1.0], [3.0]])
    rng = np.random.default_rng(0)
    pairs = [to_numpy(kmeans_plus_plus(x, 2, rng))[:, 0] for _ in range(500)]
    after_zero = [second for first, second in pairs if first == 0.0]
    assert len(after_zero) > 120
    assert np.mean(np.array(after_zero) == 3.0) == pytest.approx(0.9, abs=0.08)


def test_equal_samples_can_be_seeded():
    assert kmeans_plus_plus(np.ones((4, 2)), 3, np.random.default_rng(0)).shape == (3, 2)


def test_restarts_keep_the_best():
    x = blobs(np.random.default_rng(2))
    one = kmeans(x, 4, np.random.default_rng(0), start=random_start)
    best = kmeans(x, 4, np.random.default_rng(0), start=random_start, restarts=8)
    reference = KMeans(4, n_init=10, random_state=0).fit(x).inertia_
    assert best.inertia <= one.inertia
    assert best.inertia == pytest.approx(reference, rel=1e-3)


def test_one_cluster_is_the_mean():
    x = np.random.default_rng(3).normal(size=(30, 2))
    found = kmeans(x, 1, np.random.default_rng(0))
    assert np.allclose(to_numpy(found.centroids)[0], x.mean(0), atol=1e-5)
    assert found.inertia == pytest.approx(30 * x.var(0).sum(), rel=1e-4)


@pytest.mark.parametrize("K", [0, 6])
@pytest.mark.parametrize("start", [kmeans_plus_plus, random_start])
def test_impossible_numbers_of_clusters_are_refused(K, start):
    with pytest.raises(ValueError, match="1 <= K"):
        kmeans(np.zeros((5, 2)), K, np.random.default_rng(0), start=start)
