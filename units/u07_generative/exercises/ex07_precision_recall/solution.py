"""ex07: balls around samples, the four numbers that follow from them, and what two equal distributions would get."""

import numpy as np


def radii(centers, neighbours):
    """The radius of the ball around each sample.

    Args:
        centers: shape (batch, features).
        neighbours: a number from 1 to batch − 1.

    Returns:
        The distance of each sample to its neighbours-th nearest other sample, shape (batch,).
    """
    distances = np.linalg.norm(centers[:, None] - centers[None], axis=-1)
    return np.sort(distances, axis=1)[:, neighbours]  # column 0 is the sample itself


def inside(points, centers, neighbours):
    """Which points lie in which balls.

    Args:
        points: shape (points, features).
        centers: shape (batch, features).
        neighbours: decides the radii of the balls around the centers.

    Returns:
        Truth values, shape (points, batch): does point i lie in the ball around center j?
    """
    distances = np.linalg.norm(points[:, None] - centers[None], axis=-1)
    return distances <= radii(centers, neighbours)


def fidelity(real, generated, neighbours):
    """Precision and density: are the generated samples near the data?

    Args:
        real, generated: features, shape (batch, features); the numbers of samples differ.
        neighbours: decides the radii.

    Returns:
        (precision, density), two numbers.
    """
    found = inside(generated, real, neighbours)
    precision = found.any(axis=1).mean()
    density = found.sum(axis=1).mean() / neighbours
    return precision, density


def diversity(real, generated, neighbours):
    """Recall and coverage: are the data near the generated samples?

    Args:
        real, generated: features, shape (batch, features); the numbers of samples differ.
        neighbours: decides the radii.

    Returns:
        (recall, coverage), two numbers.
    """
    recall = inside(real, generated, neighbours).any(axis=1).mean()
    coverage = inside(generated, real, neighbours).any(axis=0).mean()
    return recall, coverage


def coverage_of_equals(real, generated, neighbours):
    """The coverage to be expected if both sets come from one distribution with a density.

    Args:
        real, generated: the numbers of samples.
        neighbours: less than ``real``.

    Returns:
        A number.
    """
    # a ball is empty if the nearest samples, as many as neighbours, are real: drawn without putting back
    j = np.arange(1, neighbours + 1)
    return 1 - np.prod((real - j) / (real + generated - j))
