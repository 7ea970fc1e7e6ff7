"""Least-squares classification, every class against every other (§2.2)."""

from itertools import combinations

import numpy as np
from keras import ops

import course
from course.validation import array, class_labels, features
from units.u01_machine_learning.encodings import largest, one_hot
from units.u01_machine_learning.least_squares import predict, products, solve_gram, with_constant


class OneVsOne:
    """K(K − 1)/2 linear models, one for each pair of classes; then they vote.

    For i < j, on the samples of these two classes only:   (G_i + G_j + λI) θ_ij = g_i − g_j,
    G_k = ∑_{y=k} x xᵀ,   g_k = ∑_{y=k} x   (targets +1 for i, −1 for j)
    ŷ = argmax_k #{duels that k wins},   a tie goes to the larger sum of margins

    The Gram matrix of a pair is the sum of its classes' Gram matrices, so one reading of the data serves all.

    Args:
        classes: K.
        penalty: λ as a share of the mean eigenvalue of the pair's Gram matrix (see ``OneVsRest``).

    Example:
        >>> model = OneVsOne(3).fit([[0.0], [1.0], [4.0], [5.0], [8.0], [9.0]], [0, 0, 1, 1, 2, 2])
        >>> print(ops.convert_to_numpy(model.predict([[0.5], [4.5], [8.5]])))
        [0 1 2]
    """

    def __init__(self, classes, penalty=1e-4):
        if classes < 2:
            raise ValueError(f"One class against another needs at least 2 classes, got {classes}.")
        self.classes, self.penalty = classes, penalty
        self.pairs = list(combinations(range(classes), 2))

    def fit(self, x, y):
        """Solve every pair's problem; x has shape (batch, features), y (batch,). Returns self.

        Raises:
            ValueError: if a class has no sample.
        """
        X = array(with_constant(features(x)))
        y = array(class_labels(y, self.classes, shape=(len(X),)))
        counts = np.bincount(y, minlength=self.classes)
        if not counts.all():
            raise ValueError(
                f"Class {counts.argmin()} has no sample: give at least one sample of each class."
            )
        gram, total, ones = [], [], ops.ones((counts.max(), 1))
        for k in range(self.classes):
            # Rows of zeros add nothing to the sums; with them all classes have arrays of one shape.
            X_k = np.zeros((counts.max(), X.shape[1]), "float32")
            X_k[: counts[k]] = X[y == k]
            # G_k = ∑_{y=k} x xᵀ,   g_k = ∑_{y=k} x
            G_k, g_k = products(ops.convert_to_tensor(X_k), ones)
            gram.append(ops.convert_to_numpy(G_k))
            total.append(ops.convert_to_numpy(g_k))
        thetas = []
        for i, j in self.pairs:
            G = gram[i] + gram[j]
            scale = np.trace(G) / len(G)
            # (G_i + G_j + λI) θ_ij = g_i − g_j
            thetas.append(solve_gram(G, total[i] - total[j], self.penalty * scale))
        self.theta = ops.concatenate(thetas, axis=1)
        return self

    def duels(self, x):
        """The margin of each duel, positive where the first of the pair wins, shape (batch, pairs)."""
        return predict(with_constant(features(x, columns=self.theta.shape[0] - 1)), self.theta)

    def decision_function(self, x):
        """Votes for each class, and within the votes the margins, shape (batch, classes).

        score_k = #{duels that k wins} + m_k / (3 (|m_k| + 1)),   m_k the sum of its margins

        The second term lies in (−⅓, ⅓): it decides ties and nothing else.
        """
        first, second = (one_hot(classes, self.classes) for classes in zip(*self.pairs, strict=True))
        return _votes(self.duels(x), first, second)

    def predict(self, x):
        """The classes with the most votes, int32 of shape (batch,)."""
        return largest(self.decision_function(x))


@course.fused
def _votes(margins, first, second):
    # #{duels that k wins}
    wins = ops.cast(margins > 0, "float32")
    votes = ops.matmul(wins, first) + ops.matmul(1.0 - wins, second)
    # m_k = ∑_j (margin of k against j)
    m = ops.matmul(margins, first - second)
    # score_k = #{duels that k wins} + m_k / (3 (|m_k| + 1))
    return votes + m / (3.0 * (ops.abs(m) + 1.0))
