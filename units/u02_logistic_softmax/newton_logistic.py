"""Logistic regression in statistics: Newton's method, standard errors, odds ratios (§3.1)."""

from dataclasses import dataclass

import numpy as np
from keras import ops

import course
from course.validation import binary_labels, features
from units.u01_machine_learning.least_squares import with_constant
from units.u02_logistic_softmax.odds import odds_ratio
from units.u02_logistic_softmax.sigmoid import sigmoid


@dataclass
class LogisticFit:
    """The result of Newton's method.

    Attributes:
        w: weights, shape (features,).
        b: the bias, a number.
        covariance: inverse of the Hessian at the optimum, the estimated covariance of θ = (b, w), of shape
            (features + 1, features + 1). With a penalty it is no longer a sampling covariance.
        steps: how many Newton steps were made.
    """

    w: np.ndarray
    b: float
    covariance: np.ndarray
    steps: int

    @property
    def standard_errors(self):
        """Square roots of the covariance's diagonal for the weights, shape (features,)."""
        return np.sqrt(np.diag(self.covariance))[1:]

    def odds_ratios(self, z=1.959964):
        """Odds ratios e^{w_j} with the interval e^{w_j ± z·se_j} (95% by default): (ratio, low, high)."""
        # e^{w_j}, e^{w_j − z·se_j}, e^{w_j + z·se_j}
        e = z * self.standard_errors
        return tuple(ops.convert_to_numpy(odds_ratio(v)) for v in (self.w, self.w - e, self.w + e))


def newton_logistic(x, y, penalty=0.0, max_steps=50, tolerance=1e-4):
    """Maximize the likelihood of the sigmoid model by Newton's method (iteratively reweighted least squares).

    With X̃ = [1, X], θ = (b, w), weights s_i = ŷ_i (1 − ŷ_i) and λ̃ = 0 for b, λ for w:

    gradient  g = X̃ᵀ(ŷ − y) + λ̃ θ,   Hessian  H = X̃ᵀ diag(s) X̃ + diag(λ̃),   θ ← θ − H⁻¹ g

    It minimizes ∑_i C_i(θ) + (λ/2)‖w‖²: scikit-learn's ``LogisticRegression(C=1/λ)``. Features should be of
    similar size (standardized), since the Hessian is solved in float32.

    Args:
        x: samples X, shape (batch, features).
        y: labels 0 or 1, shape (batch,) or (batch, 1).
        penalty: λ; 0 for plain maximum likelihood.
        max_steps: after so many steps without convergence there is an error.
        tolerance: stop when a step is smaller than this times 1 + ‖θ‖.

    Returns:
        A ``LogisticFit``.

    Raises:
        ValueError: the penalty is negative, or the labels are not 0 and 1, one for each sample. Or there is no optimum
            to be found: with λ = 0 a hyperplane separates the classes, so that the weights would grow without end; or a
            feature is a linear combination of others.
    """
    if not penalty >= 0:
        raise ValueError(f"The penalty must not be negative, got {penalty}.")
    X = with_constant(ops.convert_to_tensor(features(x), "float32"))
    y = ops.convert_to_tensor(binary_labels(y, rows=X.shape[0]), "float32")
    ridge = ops.convert_to_tensor(np.append(0.0, np.full(X.shape[1] - 1, penalty)).astype("float32"))
    theta = ops.zeros((X.shape[1],), dtype="float32")
    for step in range(1, max_steps + 1):
        g, H = _derivatives(theta, X, y, ridge)
        move = _solve(H, g)
        # θ ← θ − H⁻¹ g
        theta = theta - move
        size = float(ops.norm(theta))
        if float(ops.norm(move)) <= tolerance * (1 + size):
            _, H = _derivatives(theta, X, y, ridge)
            # Cov(θ̂) ≈ H⁻¹
            covariance = ops.convert_to_numpy(ops.inv(H))
            theta = ops.convert_to_numpy(theta)
            return LogisticFit(theta[1:], float(theta[0]), covariance, step)
        if not np.isfinite(size):
            break
    raise ValueError(NO_OPTIMUM)


NO_OPTIMUM = (
    "Newton's method found no optimum: a hyperplane separates the classes, or features depend on each other, or they "
    "are not standardized. Use a positive penalty, or fewer features, or standardize them."
)


@course.compiled
def _derivatives(theta, X, y, ridge):
    # ŷ = σ_Sig(X̃θ)
    prediction = sigmoid(ops.matmul(X, theta))
    # g = X̃ᵀ(ŷ − y) + λ̃ θ
    g = ops.matmul(prediction - y, X) + ridge * theta
    # H = X̃ᵀ diag(s) X̃ + diag(λ̃)
    # s_i = ŷ_i (1 − ŷ_i)
    s = prediction * (1 - prediction)
    H = ops.matmul(ops.transpose(X) * s, X) + ops.diag(ridge)
    return g, H


def _solve(H, g):
    """H⁻¹ g; a singular Hessian is an error on one backend and NaN on another, here a ValueError on all."""
    if np.linalg.cond(ops.convert_to_numpy(H)) > 1e6:
        raise ValueError(NO_OPTIMUM)
    return ops.solve(H, g[:, None])[:, 0]
