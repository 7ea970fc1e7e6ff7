"""k nearest neighbours: no training, the data is the model (§2.2)."""

from keras import ops

from units.u01_machine_learning.encodings import one_hot


def squared_distances(x, z):
    """All squared distances between two sets of points.

    ‖x − z‖² = ‖x‖² + ‖z‖² − 2 xᵀz:   one matrix product and no third axis

    Args:
        x: shape ``(batch, features)``.
        z: shape ``(others, features)``.

    Returns:
        Shape ``(batch, others)``, never below 0.

    Example:
        >>> print(ops.convert_to_numpy(squared_distances([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])))
        [[25.  1.]]
    """
    x, z = ops.convert_to_tensor(x, "float32"), ops.convert_to_tensor(z, "float32")
    # The difference of large squares loses digits: bring the origin near the points first.
    centre = ops.mean(z, axis=0)
    x, z = x - centre, z - centre
    cross = ops.matmul(x, ops.transpose(z))
    return ops.maximum(ops.sum(x**2, 1)[:, None] + ops.sum(z**2, 1)[None, :] - 2.0 * cross, 0.0)


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

    References: §2.2.
    """

    def __init__(self, classes, k=5):
        self.classes, self.k = classes, k

    def fit(self, x, y):
        """Keep the samples: x of shape ``(batch, features)``, y ``(batch,)``. Returns self.

        Raises:
            ValueError: if k is not between 1 and n.
        """
        self.x, self.Y = ops.convert_to_tensor(x, "float32"), one_hot(y, self.classes)
        if not 1 <= self.k <= self.x.shape[0]:
            raise ValueError(f"k must lie between 1 and n = {self.x.shape[0]}, got {self.k}.")
        return self

    def predict_proba(self, x):
        """The shares of the classes among the neighbours, shape ``(batch, classes)``."""
        _, nearest = ops.top_k(-squared_distances(x, self.x), self.k)
        return ops.mean(ops.take(self.Y, nearest, axis=0), axis=1)

    def predict(self, x):
        """The classes with most neighbours, int32 of shape ``(batch,)``."""
        return ops.cast(ops.argmax(self.predict_proba(x), axis=1), "int32")
