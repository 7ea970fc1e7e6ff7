"""Double descent: the test error falls, rises and falls again, by samples, by width and by training time (§2.5, ☆).

Linear models show all of it, with formulas: y = xᵀθ + ε, x ~ N(0, diag(s²)), ε ~ N(0, σ²).
"""

import numpy as np


def minimum_norm(X, y):
    """The shortest θ among those with the smallest squared error.

    θ = X⁺ y

    Args:
        X: shape (..., batch, features); leading axes are problems of their own.
        y: shape (..., batch).

    Returns:
        θ, shape (..., features).

    Raises:
        ValueError: shapes that do not fit.
    """
    X, y = _pair(X, y)
    return np.einsum("...fb,...b->...f", np.linalg.pinv(X), y)


def ridge(X, y, penalty):
    """The θ that minimizes ‖y − Xθ‖² + λ‖θ‖².

    θ = (XᵀX + λI)⁻¹ Xᵀy

    Args:
        X, y: as for ``minimum_norm``.
        penalty: λ > 0.
    """
    X, y = _pair(X, y)
    if not penalty > 0:
        raise ValueError(f"The penalty must be positive, not {penalty}: minimum_norm does without one.")
    gram = np.einsum("...bf,...bg->...fg", X, X) + penalty * np.eye(X.shape[-1])
    return np.linalg.solve(gram, np.einsum("...bf,...b->...f", X, y)[..., None])[..., 0]


def expected_error(n, p, signal, noise):
    """The expected squared error of the minimum-norm fit on a new sample, for n samples and p features of variance 1.

    E = noise + noise · p / (n − p − 1)                              if n ≥ p + 2
    E = noise + signal · (1 − n/p) + noise · n / (p − n − 1)         if n ≤ p − 2
    E = ∞                                                            otherwise

    The pole at n = p is the peak. The formula is exact for normally distributed features and each n, not only in a
    limit, and for a model that does not see all features: then the signal of the others counts as noise.

    Args:
        n, p: numbers of samples and features, integers or arrays that broadcast.
        signal: ‖θ‖², of the p features that the model sees.
        noise: σ², and ‖θ‖² of the features that it does not see.

    Returns:
        E, of the broadcast shape.

    Raises:
        ValueError: n or p is below 1, or signal or noise is negative.

    Example:
        >>> print(expected_error([10, 40, 90], 40, 1.0, 0.1).round(3))
        [0.884   inf 0.182]

    References: Belkin, Hsu and Xu, "Two models of double descent for weak features" (2020), theorem 1.
    """
    n, p, signal, noise = np.broadcast_arrays(*(np.asarray(v, "float64") for v in (n, p, signal, noise)))
    if not (n.min() >= 1 and p.min() >= 1 and signal.min() >= 0 and noise.min() >= 0):
        raise ValueError("n and p are at least 1, signal and noise are not negative.")
    error = np.full(n.shape, np.inf)
    many, few = n >= p + 2, n <= p - 2
    error[many] = (noise + noise * p / np.maximum(n - p - 1, 1))[many]
    error[few] = (noise + signal * (1 - n / p) + noise * n / np.maximum(p - n - 1, 1))[few]
    return error


def gradient_flow(X, y, times):
    """θ after gradient descent with tiny steps for a time t, begun at 0, in closed form.

    dθ/dt = Xᵀ(y − Xθ) / n   ⇒   θ(t) = ∑_i v_i (1 − e^{−t d_i² / n}) u_iᵀy / d_i,   X = ∑_i d_i u_i v_iᵀ

    Directions with a large singular value are learned first. For t → ∞ it is the minimum-norm fit. Gradient descent
    with the learning rate η has t = η · steps, as long as η d_i² / n is small.

    Args:
        X: shape (..., batch, features).
        y: shape (..., batch).
        times: shape (times,), not negative.

    Returns:
        θ, shape (..., times, features).

    Raises:
        ValueError: shapes that do not fit, or a negative time.

    References: Ali, Kolter and Tibshirani, "A continuous-time view of early stopping for least squares" (2019).
    """
    X, y = _pair(X, y)
    times = np.asarray(times, "float64")
    if times.ndim != 1 or not np.all(times >= 0):
        raise ValueError("times is a list of numbers that are not negative.")
    U, d, Vt = np.linalg.svd(X, full_matrices=False)
    rate = d**2 / X.shape[-2]
    # (1 − e^{−t d² / n}) / d; a direction without singular value is never learned
    share = -np.expm1(-times[:, None] * rate[..., None, :])
    inverse = np.divide(1, d, out=np.zeros_like(d), where=d > 1e-12 * d.max(axis=-1, keepdims=True))
    uy = np.einsum("...bi,...b->...i", U, y)
    return np.einsum("...ti,...if->...tf", share * (inverse * uy)[..., None, :], Vt)


def new_sample_error(theta_hat, theta, scales, noise):
    """The expected squared error on a new sample of fits, given the true θ.

    E = σ² + ∑_j s_j² (θ̂_j − θ_j)²

    Args:
        theta_hat: fits, shape (..., features).
        theta: the true one, shape (features,).
        scales: s, the standard deviations of the features, shape (features,) or a number.
        noise: σ².

    Raises:
        ValueError: a fit has another number of features than θ.
    """
    theta_hat, theta = np.asarray(theta_hat, "float64"), np.asarray(theta, "float64")
    if theta.ndim != 1 or theta_hat.shape[-1:] != theta.shape:
        raise ValueError(
            f"θ has shape (features,) and a fit (..., features), not {theta.shape} and {theta_hat.shape}."
        )
    # E = σ² + ∑_j s_j² (θ̂_j − θ_j)²
    return noise + np.sum(np.square(scales * (theta_hat - theta)), axis=-1)


def _pair(X, y):
    X, y = np.asarray(X, "float64"), np.asarray(y, "float64")
    if X.ndim < 2 or y.shape != X.shape[:-1]:
        raise ValueError(
            f"X has the axes (batch, features) and y one number for each row, not {X.shape} and {y.shape}."
        )
    return X, y
