"""The linear model in statistics: standard errors, tests and confidence intervals of the coefficients (§2.3)."""

from collections import namedtuple

import numpy as np
from scipy import stats

from course.validation import features, numbers
from units.u01_machine_learning.binomial_interval import check_level

Inference = namedtuple("Inference", "theta errors t p low high sigma r2")


def linear_inference(X, y, level=0.95):
    """Coefficients of a linear model with standard errors, tests and confidence intervals.

    y = Xθ + ξ,   ξ ~ N(0, σ²I)
    θ̂ = (XᵀX)⁻¹Xᵀy,   σ̂² = ‖y − Xθ̂‖² / (n − p),   se_j = σ̂ √((XᵀX)⁻¹)_jj
    t_j = θ̂_j / se_j,   θ̂_j ± t_{n−p, (1+level)/2} se_j,   R² = 1 − ‖y − Xθ̂‖² / ‖y − ȳ‖²

    All results assume that the model is true, with independent errors of one variance. They say how well the
    coefficients are known, not how well new y are predicted. The computation uses float64, because the residuals are
    differences of large numbers.

    Args:
        X: design with its column of ones, shape (batch, features), of full rank, n > p.
        y: responses, shape (batch,) or (batch, 1).
        level: coverage of each interval.

    Returns:
        ``Inference(theta, errors, t, p, low, high, sigma, r2)``: NumPy float64, six of shape (features,)
        and two floats. ``p`` is the two-sided p-value of θ_j = 0. Where the fit is exact a t is infinite; R² is NaN
        where all y are equal, since there is nothing to explain.

    Raises:
        ValueError: if there are not more samples than features, the columns are dependent, or the level is no
            probability.

    Example:
        >>> X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
        >>> fit = linear_inference(X, [1.0, 3.1, 4.9])
        >>> fit.theta.round(3), fit.errors.round(4)
        (array([1.05, 1.95]), array([0.1118, 0.0866]))
    """
    check_level(level)
    X = features(X, name="X").astype("float64")
    y = numbers(y, rows=len(X)).astype("float64")
    n, p = X.shape
    if n <= p:
        raise ValueError(f"{n} samples do not determine {p} coefficients and an error: n > p is needed.")
    Q, R = np.linalg.qr(X)
    if abs(np.diag(R)).min() <= n * np.finfo("float64").eps * abs(np.diag(R)).max():
        raise ValueError("The columns of X are linearly dependent: drop one of them.")
    R_inverse = np.linalg.inv(R)
    # θ̂ = (XᵀX)⁻¹Xᵀy = R⁻¹Qᵀy
    theta = R_inverse @ (Q.T @ y)
    residual = y - X @ theta
    # σ̂² = ‖y − Xθ̂‖² / (n − p)
    sigma = np.sqrt(residual @ residual / (n - p))
    # se_j = σ̂ √((XᵀX)⁻¹)_jj,   (XᵀX)⁻¹ = R⁻¹R⁻ᵀ: its diagonal holds the squared lengths of the rows of R⁻¹
    errors = sigma * np.sqrt((R_inverse**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        # t_j = θ̂_j / se_j
        t = theta / errors
    # t_{n−p, (1+level)/2} se_j
    half = stats.t.ppf((1 + level) / 2, n - p) * errors
    # R² = 1 − ‖y − Xθ̂‖² / ‖y − ȳ‖²
    r2 = 1 - residual @ residual / np.sum((y - y.mean()) ** 2) if np.ptp(y) > 0 else np.nan
    return Inference(
        theta, errors, t, 2 * stats.t.sf(abs(t), n - p), theta - half, theta + half, float(sigma), float(r2)
    )
