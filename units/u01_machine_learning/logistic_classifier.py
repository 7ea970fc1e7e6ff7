"""Logistic regression for K classes by gradient descent; unit 2 explains it (§2.2, §3)."""

import numpy as np
from keras import ops

import course
from course.validation import class_labels, features
from units.u01_machine_learning.encodings import largest, one_hot


@course.fused
def _centred(x):
    """X with a constant and centred features, their means, and the largest singular value of X."""
    centre = ops.mean(x, axis=0)
    X = ops.concatenate([ops.ones((x.shape[0], 1)), x - centre], axis=1)
    return X, centre, ops.max(ops.svd(X, compute_uv=False))


@course.compiled
def _step(X, Y, theta, ahead, shrink, rate, momentum):
    # P = S_softmax(XΘ)
    P = ops.softmax(ops.matmul(X, ahead))
    # ∇C = (1/n) Xᵀ(P − Y) + λΘ, without λ in the row of the intercepts
    gradient = ops.matmul(ops.transpose(X), P - Y) / X.shape[0] + shrink * ahead
    # θ^(t+1) = v^(t) − α ∇C(v^(t)),   v^(t+1) = θ^(t+1) + t/(t + 3) (θ^(t+1) − θ^(t))
    previous, theta = theta, ahead - rate * gradient
    return theta, theta + momentum * (theta - previous)


class LogisticClassifier:
    """A linear model whose scores are turned into probabilities.

    For a sample z = W x + b. Here x holds samples as rows and W is stored transposed, (features, classes):

    P = S_softmax(xW + b),   C = −(1/n) ∑_i log P_{i, y_i} + (λ/2) ‖W‖²
    ∇_W C = (1/n) xᵀ(P − Y) + λW,   ∇_b C = (1/n) 1ᵀ(P − Y),   Y one-hot
    α = 1 / (s_max² / 2n + λ):   the curvature of C is nowhere larger than 1/α

    Args:
        classes: K.
        penalty: λ > 0; it makes the answer unique and keeps it finite on separable data. The intercept is not
            penalized.
        steps: number of gradient steps, with Nesterov's momentum t/(t + 3).

    Example:
        >>> model = LogisticClassifier(2).fit([[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1])
        >>> print(ops.convert_to_numpy(model.predict([[0.5], [4.5]])))
        [0 1]

    References: §3; Böhning, Multinomial logistic regression algorithm, 1992 (the bound ½ on the curvature).
    """

    def __init__(self, classes, penalty=1e-3, steps=300):
        if not penalty > 0:
            raise ValueError(f"The penalty must be positive, got {penalty}.")
        self.classes, self.penalty, self.steps = classes, penalty, steps

    def fit(self, x, y):
        """Minimize C; x has shape (batch, features), y (batch,). Returns self."""
        x = ops.convert_to_tensor(features(x), "float32")
        n, p = x.shape
        Y = one_hot(class_labels(y, self.classes, shape=(n,)), self.classes)
        # With centred features descent converges faster; the intercepts are converted back at the end.
        X, centre, s_max = _centred(x)
        shrink = ops.convert_to_tensor(self.penalty * np.array([[0.0]] + p * [[1.0]]), "float32")
        # α = 1 / (s_max² / 2n + λ)
        rate = 1.0 / (float(s_max) ** 2 / (2 * n) + self.penalty)
        theta = ahead = ops.zeros((p + 1, self.classes))
        for t in range(self.steps):
            theta, ahead = _step(X, Y, theta, ahead, shrink, rate, t / (t + 3))
        self.W = theta[1:]
        self.b = theta[0] - ops.matmul(centre, self.W)
        return self

    def decision_function(self, x):
        """The scores xW + b, shape (batch, classes)."""
        x = features(x, columns=self.W.shape[0])
        return ops.matmul(ops.convert_to_tensor(x, "float32"), self.W) + self.b

    def predict_proba(self, x):
        """The probabilities P, shape (batch, classes)."""
        return ops.softmax(self.decision_function(x))

    def predict(self, x):
        """The most probable classes, int32 of shape (batch,)."""
        return largest(self.decision_function(x))
