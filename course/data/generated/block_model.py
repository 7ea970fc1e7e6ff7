"""A stochastic block model: nodes of one class are more often neighbours, and each node has features of its own."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive


def block_model(n=300, classes=3, features=8, within=8.0, between=2.0, distance=1.0, seed=0):
    """Draw a graph and the features of its nodes.

    Two nodes of the same class are neighbours with probability p, other ones with probability q. The features of a node
    of class k are the mean ``distance`` · e_k, with independent standard normal noise on every coordinate.

    Args:
        n: number of nodes, equally many of each class.
        classes: number of classes, at most as many as there are features.
        features: number of features.
        within: expected number of neighbours of a node in its own class; p = within · classes / n.
        between: expected number of its neighbours in the other classes; q = between · classes / ((classes − 1) n).
        distance: length of the class means.
        seed: of the random numbers.

    Returns:
        ``x`` float64 (nodes, features), ``y`` int64 (nodes,) and ``adjacency`` uint8 (nodes, nodes).
    """
    positive(n=n, classes=classes, features=features - classes + 1)
    not_negative(within=within, between=between, distance=distance)
    rng = np.random.default_rng(seed)
    y = labels(n, classes, rng)
    p, q = within * classes / n, between * classes / (max(1, classes - 1) * n)
    upper = np.triu(rng.random((n, n)) < np.where(y[:, None] == y, p, q), 1)
    x = distance * np.eye(features)[y] + rng.normal(size=(n, features))
    return {"x": x, "y": y, "adjacency": (upper | upper.T).astype("uint8")}
