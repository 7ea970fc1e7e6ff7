"""K-means clustering by Lloyd's iterations, started by k-means++ (§2.6)."""

from collections import namedtuple

import numpy as np
from keras import ops

import course
from course.validation import class_labels, features
from units.u01_machine_learning.nearest_neighbours import squared_distances

Clustering = namedtuple("Clustering", "centroids labels inertia history")


def assign(x, centroids):
    """Give every sample to its nearest centroid.

    r_i = argmin_k ‖x_i − c_k‖²,   the lowest k at a tie

    Args:
        x: samples, shape (batch, features).
        centroids: c, shape (clusters, features).

    Returns:
        ``(labels, inertia)``: r of shape (batch,) and ∑_i ‖x_i − c_{r_i}‖², a scalar.
    """
    # r_i = argmin_k ‖x_i − c_k‖²
    return _nearest(squared_distances(x, centroids))


@course.fused
def _nearest(d2):
    return ops.argmin(d2, axis=-1), ops.sum(ops.min(d2, axis=-1))


def update(x, labels, centroids):
    """Move every centroid to the mean of its samples.

    c_k = ∑_i 1{r_i = k} x_i / n_k,   and c_k stays where it is if n_k = 0

    Args:
        x: samples, shape (batch, features).
        labels: r, shape (batch,).
        centroids: the present c, shape (clusters, features).

    Returns:
        The new c, shape (clusters, features).

    Raises:
        ValueError: if a label is no cluster, or there is not one for each sample.
    """
    x, centroids = _samples(x), _samples(centroids, "centroids")
    labels = class_labels(labels, centroids.shape[0], shape=(x.shape[0],), name="labels")
    return _moved(x, labels, centroids)


@course.fused
def _moved(x, labels, centroids):
    R = ops.one_hot(labels, centroids.shape[0], dtype="float32")
    n = ops.sum(R, axis=0)[:, None]
    # c_k ← c_k + ∑_i 1{r_i = k} (x_i − c_k) / n_k: the same mean, and precise also far from the origin
    steps = ops.matmul(ops.transpose(R), x - ops.take(centroids, labels, axis=0))
    return centroids + steps / ops.maximum(n, 1.0)


def kmeans_plus_plus(x, K, rng):
    """Choose K samples that lie apart as starting centroids.

    P(next centroid = x_i) = D_i² / ∑_j D_j²,   D_i = distance of x_i to the nearest centroid so far

    Args:
        x: samples, shape (batch, features).
        K: number of clusters, at most the number of samples.
        rng: a NumPy generator.

    Returns:
        Shape (clusters, features).

    Raises:
        ValueError: if K is not between 1 and the number of samples.

    References: Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, 2007.
    """
    x = _samples(x)
    n = x.shape[0]
    _check(K, n)
    chosen = [rng.integers(n)]
    D2 = np.full(n, np.inf)
    while len(chosen) < K:
        newest = ops.convert_to_numpy(squared_distances(x, ops.take(x, np.array(chosen[-1:]), axis=0)))[:, 0]
        # D_i = distance of x_i to the nearest centroid so far
        D2 = np.minimum(D2, newest.astype("float64"))
        # If every sample coincides with a centroid, all samples are equally likely.
        # P(next centroid = x_i) = D_i² / ∑_j D_j²
        p = D2 / D2.sum() if D2.sum() > 0 else None
        chosen.append(rng.choice(n, p=p))
    return ops.take(x, np.array(chosen), axis=0)


def random_start(x, K, rng):
    """Choose K different samples at random as starting centroids, shape (clusters, features)."""
    x = _samples(x)
    _check(K, x.shape[0])
    return ops.take(x, rng.choice(x.shape[0], K, replace=False), axis=0)


def lloyd(x, centroids, steps=100):
    """Alternate assignment and update until no sample changes its cluster.

    minimize ∑_i ‖x_i − c_{r_i}‖² over r with c fixed, then over c with r fixed: the sum never increases

    Args:
        x: samples, shape (batch, features).
        centroids: the starting c, shape (clusters, features).
        steps: at most so many rounds.

    Returns:
        ``Clustering(centroids, labels, inertia, history)``; history lists ``(centroids, labels, inertia)`` of
        every round as NumPy arrays, before the update of that round.

    References: §2.6; Lloyd, Least squares quantization in PCM, 1982.
    """
    x, centroids = _samples(x), _samples(centroids, "centroids")
    history = []
    for _ in range(steps):
        labels, inertia = assign(x, centroids)
        r = ops.convert_to_numpy(labels)
        history.append((ops.convert_to_numpy(centroids), r, float(inertia)))
        if len(history) > 1 and np.array_equal(r, history[-2][1]):
            break
        centroids = update(x, labels, centroids)
    else:
        labels, inertia = assign(x, centroids)
    return Clustering(centroids, labels, float(inertia), history)


def kmeans(x, K, rng, start=kmeans_plus_plus, restarts=1, steps=100):
    """Cluster samples: the best of several runs of Lloyd's iterations.

    min over c_1, ..., c_K of ∑_i min_k ‖x_i − c_k‖²   (a local minimum; restarts make it a good one)

    Args:
        x: samples, shape (batch, features).
        K: number of clusters.
        rng: a NumPy generator.
        start: ``kmeans_plus_plus`` or ``random_start``.
        restarts: number of starts; the lowest inertia wins.
        steps: at most so many rounds per start.

    Returns:
        ``Clustering(centroids, labels, inertia, history)``, see ``lloyd``.

    Example:
        >>> found = kmeans([[0.0], [1.0], [9.0], [10.0]], 2, np.random.default_rng(0))
        >>> found.inertia
        1.0
    """
    x = _samples(x)
    if restarts < 1:
        raise ValueError(f"There is at least one start, not {restarts}.")
    runs = (lloyd(x, start(x, K, rng), steps) for _ in range(restarts))
    return min(runs, key=lambda run: run.inertia)


def _samples(x, name="x"):
    return ops.convert_to_tensor(features(x, name=name), "float32")


def _check(K, n):
    if not 1 <= K <= n:
        raise ValueError(f"K-means needs 1 <= K <= number of samples, got K={K} and {n} samples.")
