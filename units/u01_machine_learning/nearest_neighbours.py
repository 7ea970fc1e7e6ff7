"""k nearest neighbours: the model is the training set itself (§2.2)."""

import numpy as np
from keras import ops

import course
from course.validation import class_labels, features
from units.u01_machine_learning.encodings import largest, one_hot

AT_ONCE = 2**22  # numbers in memory at a time, 16 MB in float32


def squared_distances(x, z):
    """All squared distances between two sets of points.

    ‖x − z‖² = ∑_j (x_j − z_j)²

    The expansion ‖x‖² + ‖z‖² − 2 xᵀz is quicker, because it is one matrix product. But for points that are close
    together and far from the origin it is a difference of large numbers, and no digit of it is right. So the
    differences are computed first, for as many rows at a time as fit into a small part of the memory.

    Args:
        x: shape (batch, features).
        z: shape (others, features).

    Returns:
        Shape (batch, others), never below 0.

    Raises:
        ValueError: if the shapes do not fit, a value is not finite, or the numbers are so large or so small that
            float32 cannot hold their squares.

    Example:
        >>> print(ops.convert_to_numpy(squared_distances([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])))
        [[25.  1.]]
    """
    x, z = features(x), features(z, name="z")
    size = float(max(np.abs(x).max(), np.abs(z).max()))
    if size > 0 and not 1e-15 < size < 1e18:
        raise ValueError(
            f"Float32 cannot hold the squares of numbers of the size {size:.0e}: scale the features first."
        )
    if x.shape[1] != z.shape[1]:
        raise ValueError(
            f"Points of {x.shape[1]} and of {z.shape[1]} features: x and z need the same number."
        )
    rows = max(1, AT_ONCE // (z.shape[0] * z.shape[1]))
    x, z = x.astype("float32"), ops.convert_to_tensor(z, "float32")
    parts = [
        _distances(ops.convert_to_tensor(x[start : start + rows]), z) for start in range(0, len(x), rows)
    ]
    return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=0)


@course.fused
def _distances(x, z):
    # ‖x − z‖² = ∑_j (x_j − z_j)²
    return ops.sum(ops.square(x[:, None, :] - z), axis=-1)


@course.fused(static=("k",))
def _shares(d2, Y, k):
    _, nearest = ops.top_k(-d2, k)
    # P_k(x) = (1/k) #{i among the nearest : y_i = k}
    return ops.mean(ops.take(Y, nearest, axis=0), axis=1)


class NearestNeighbours:
    """Classify by the vote of the k nearest training samples.

    P_k(x) = (1/k) #{i among the nearest : y_i = k},   ŷ = argmax_k P_k, the smaller class in a tie

    Args:
        classes: K.
        k: number of neighbours; 1 follows every sample, n always answers with the largest class.

    Example:
        >>> model = NearestNeighbours(2, k=1).fit([[0.0], [4.0]], [0, 1])
        >>> print(ops.convert_to_numpy(model.predict([[1.0], [3.0]])))
        [0 1]
    """

    def __init__(self, classes, k=5):
        self.classes, self.k = classes, k

    def fit(self, x, y):
        """Keep the samples: x of shape (batch, features), y (batch,). Returns self.

        Raises:
            ValueError: if k is not between 1 and n, or there is not one class for each sample.
        """
        self.x = ops.convert_to_tensor(features(x), "float32")
        self.Y = one_hot(class_labels(y, self.classes, shape=(self.x.shape[0],)), self.classes)
        if not 1 <= self.k <= self.x.shape[0]:
            raise ValueError(f"k must lie between 1 and n = {self.x.shape[0]}, got {self.k}.")
        return self

    def predict_proba(self, x):
        """The shares of the classes among the neighbours, shape (batch, classes)."""
        x, rows = features(x), max(1, AT_ONCE // self.x.shape[0])
        parts = (squared_distances(x[start : start + rows], self.x) for start in range(0, len(x), rows))
        return ops.concatenate([_shares(d2, self.Y, self.k) for d2 in parts], axis=0)

    def predict(self, x):
        """The classes with most neighbours, int32 of shape (batch,)."""
        return largest(self.predict_proba(x))
