"""Least-squares classification, one class against the rest (§2.2)."""

import numpy as np
from keras import ops

from course.validation import class_labels, features
from units.u01_machine_learning.encodings import largest, one_hot
from units.u01_machine_learning.least_squares import predict, products, solve_gram, with_constant


class OneVsRest:
    """K linear models, one for each class: is it this class (+1) or any other (−1)?

    (XᵀX + λI) Θ = XᵀY,   Y_ik = +1 if y_i = k, otherwise −1,   ŷ = argmax_k (Xθ_k)

    All K problems share XᵀX, so one factorization serves them. A class that lies between others has no
    direction of its own and may never win: it is *masked*.

    Args:
        classes: K.
        penalty: λ as a share of the mean eigenvalue of XᵀX. A tiny one takes the place of the pseudo-inverse
            where columns are dependent (an image's margin is always black). The default is about p · 2⁻²³, what float32
            can tell apart in the sum of an image's p = 785 columns; 0 asks for independent columns.

    Example:
        >>> model = OneVsRest(2).fit([[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1])
        >>> print(ops.convert_to_numpy(model.predict([[0.5], [4.5]])))
        [0 1]
    """

    def __init__(self, classes, penalty=1e-4):
        self.classes, self.penalty = classes, penalty

    def fit(self, x, y):
        """Solve the K problems; x has shape (batch, features), y (batch,). Returns self."""
        X = with_constant(features(x))
        y = class_labels(y, self.classes, shape=(X.shape[0],))
        # Y_ik = +1 if y_i = k, otherwise −1
        Y = 2.0 * one_hot(y, self.classes) - 1.0
        G, B = products(X, Y)
        scale = np.trace(ops.convert_to_numpy(G)) / G.shape[0]
        # (XᵀX + λI) Θ = XᵀY
        self.theta = solve_gram(G, B, self.penalty * scale)
        return self

    def decision_function(self, x):
        """The K scores Xθ_k, shape (batch, classes)."""
        return predict(with_constant(features(x, columns=self.theta.shape[0] - 1)), self.theta)

    def predict(self, x):
        """The classes with the largest scores, int32 of shape (batch,)."""
        return largest(self.decision_function(x))
