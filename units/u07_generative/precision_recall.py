"""Improved precision and recall: are the samples near the data, and are the data near the samples? (§8.1)."""

import numpy as np
from scipy.spatial.distance import cdist

from units.u07_generative.frechet_distance import checked_features


def precision_recall(real, generated, neighbours=3):
    """The share of generated samples among the data, and the share of the data among the generated samples.

    The region that a set of points covers is estimated by a union of balls around them. The radius of each ball is the
    distance of its center to its ``neighbours``-th nearest neighbour in the same set.

    - precision: the share of generated samples inside of the balls of the data. It falls if samples are bad.
    - recall: the share of the data inside of the balls of the generated samples. It falls if modes are missing.

    Args:
        real, generated: features, shape (batch, features).
        neighbours: 1 or more, fewer than there are samples in each set.

    Returns:
        Precision and recall, two floats in [0, 1].

    Raises:
        ValueError: other shapes, too few samples, or values that are not finite.

    References: Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models" (2019).
    """
    if int(neighbours) != neighbours or neighbours < 1:
        raise ValueError(f"neighbours is a whole number, 1 or more, not {neighbours!r}.")
    neighbours = int(neighbours)
    real, generated = checked_features(real, generated, least=neighbours + 1)
    return share_inside(generated, real, neighbours), share_inside(real, generated, neighbours)


def share_inside(points, centers, neighbours):
    """The share of points that lie in the ball of at least one center."""
    # the nearest center is the center itself, at index 0
    radii = np.concatenate(
        [np.partition(d, neighbours, axis=1)[:, neighbours] for d in distances(centers, centers)]
    )
    return float(np.concatenate([(d <= radii).any(axis=1) for d in distances(points, centers)]).mean())


def distances(points, centers):
    """Distances of 500 points at a time to all centers; the distance of a copy is exactly 0."""
    for start in range(0, len(points), 500):
        yield cdist(points[start : start + 500], centers)
