"""Polynomial regression: a linear model whose features are powers of x (§2.5).

The degree d sets the complexity of the model. All functions broadcast over leading axes, so
that one call fits the same model to hundreds of data sets.
"""

from keras import ops

import course
from course.validation import targets


def legendre_features(x, degree):
    """Expand x in Legendre polynomials.

    P_0 = 1,  P_1 = x,  (k + 1) P_{k+1} = (2k + 1) x P_k − k P_{k−1}

    P_0, ..., P_d span the same space as 1, x, ..., x^d, so least squares fits the same curve; but they are
    orthogonal on [−1, 1], which keeps the problem well conditioned where the powers are nearly parallel.

    Args:
        x: inputs in [−1, 1], shape (..., batch).
        degree: d >= 0.

    Returns:
        Features of shape (..., batch, features) with d + 1 features.

    Raises:
        ValueError: if the degree is negative.

    Example:
        >>> print(ops.convert_to_numpy(legendre_features(ops.array([0.5]), 2)))
        [[ 1.     0.5   -0.125]]
    """
    if degree < 0:
        raise ValueError(f"The degree must be at least 0, got {degree}.")
    x = ops.convert_to_tensor(x, dtype="float32")
    return _legendre(x, degree)


@course.fused(static=("degree",))
def _legendre(x, degree):
    P = [ops.ones_like(x), x]
    for k in range(1, degree):
        # (k + 1) P_{k+1} = (2k + 1) x P_k − k P_{k−1}
        P.append(((2 * k + 1) * x * P[k] - k * P[k - 1]) / (k + 1))
    return ops.stack(P[: degree + 1], axis=-1)


def fit_linear(Phi, y, penalty=0.0):
    """Least squares in a given feature map, with an optional ridge penalty.

    θ = argmin ‖y − Φθ‖² + λ‖θ‖² = V diag(s_i / (s_i² + λ)) Uᵀ y,   Φ = U diag(s) Vᵀ

    At λ = 0 directions with s_i ≈ 0 are left out: θ = Φ⁺y. With more features than samples this is the
    smallest of the many θ that fit exactly.

    Args:
        Phi: Φ, shape (..., batch, features).
        y: targets, shape (..., batch) or (..., batch, 1).
        penalty: λ >= 0; it also shrinks the constant, if Φ has one.

    Returns:
        θ of shape (..., features).

    Raises:
        ValueError: if the penalty is negative, Φ holds NaN or infinity, or there is not one finite target for each of
            its rows.

    Example:
        >>> print(ops.convert_to_numpy(fit_linear([[1.0, 0.0], [0.0, 2.0]], [3.0, 4.0])))
        [3. 2.]
    """
    if not penalty >= 0:
        raise ValueError(f"The penalty must not be negative, got {penalty}.")
    Phi = ops.convert_to_tensor(Phi, dtype="float32")
    if len(Phi.shape) < 2:
        raise ValueError(f"Phi must have shape (..., batch, features), and has {tuple(Phi.shape)}.")
    Phi, y = targets(Phi, Phi, name="Phi"), _one_for_each_row(y, Phi)
    return _shrunk(Phi, y, float(penalty))


@course.fused
def _shrunk(Phi, y, penalty):
    # Φ = U diag(s) Vᵀ
    U, s, Vh = ops.svd(Phi, full_matrices=False)
    # NumPy's cut-off for a rank: float32's unit round-off × the larger side × the largest singular value.
    smallest = 1.2e-7 * max(Phi.shape[-2:]) * ops.max(s, axis=-1, keepdims=True)
    kept = s > smallest
    # s_i / (s_i² + λ)
    gain = ops.where(kept, s / ops.where(kept, s**2 + penalty, 1.0), 0.0)
    # θ = V diag(s_i / (s_i² + λ)) Uᵀ y
    Uty = ops.squeeze(ops.matmul(y[..., None, :], U), axis=-2)
    return ops.squeeze(ops.matmul((gain * Uty)[..., None, :], Vh), axis=-2)


def predict_linear(Phi, theta):
    """Predict with a linear model.

    ŷ = Φθ

    Args:
        Phi: Φ, shape (..., batch, features).
        theta: θ, shape (..., features).

    Returns:
        ŷ of shape (..., batch), with the leading axes of both broadcast.

    Example:
        >>> print(ops.convert_to_numpy(predict_linear([[1.0, 2.0]], [3.0, 4.0])))
        [11.]
    """
    Phi = ops.convert_to_tensor(Phi, dtype="float32")
    theta = ops.convert_to_tensor(theta, dtype="float32")
    return _predicted(Phi, theta)


@course.fused
def _predicted(Phi, theta):
    return ops.squeeze(ops.matmul(Phi, theta[..., None]), axis=-1)


def polynomial_predictions(x, y, x_new, degree, penalty=0.0):
    """Fit a polynomial to each of many data sets and predict at new points.

    θ = fit_linear(P(x), y),   ŷ = P(x_new) θ

    Args:
        x: training inputs in [−1, 1], shape (..., batch).
        y: training targets, shape (..., batch).
        x_new: inputs to predict at, shape (points,) or (..., points).
        degree: d of the polynomial.
        penalty: λ of ridge regression.

    Returns:
        ŷ of shape (..., points).

    Example:
        >>> parabola = polynomial_predictions([-1.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.5], degree=2)
        >>> print(ops.convert_to_numpy(parabola).round(3))
        [0.25]
    """
    theta = fit_linear(legendre_features(x, degree), y, penalty)
    return predict_linear(legendre_features(x_new, degree), theta)


def nested_predictions(x, y, x_new, degree):
    """Fit the polynomials of degree 0, 1, ..., d at once.

    P(x) = QR,   q(x) = R⁻ᵀ P(x),   ŷ_k(x) = ∑_{j ≤ k} (Qᵀy)_j q_j(x)

    The q_j are polynomials of degree j that are orthonormal on the sample, so that the coefficient of one does not
    depend on how many others take part: degree k is degree k − 1 plus one term. Equal to
    ``polynomial_predictions`` of every degree without penalty, at the cost of the last.

    Args:
        x: training inputs in [−1, 1], more than d different ones, shape (..., batch).
        y: training targets, shape (..., batch).
        x_new: inputs to predict at, shape (..., points) with the same leading axes.
        degree: d, the highest degree.

    Returns:
        ŷ of shape (d + 1, ..., points); the first axis is the degree.

    Raises:
        ValueError: if there are not more samples than d, or ``x_new`` has other leading axes than ``x``.

    References: §2.5; Forsythe, Generation and use of orthogonal polynomials for data-fitting, 1957.
    """
    P, P_new = legendre_features(x, degree), legendre_features(x_new, degree)
    if P.shape[-2] <= degree:
        raise ValueError(f"Degree {degree} needs more than {degree} samples, got {P.shape[-2]}.")
    if tuple(P_new.shape[:-2]) != tuple(P.shape[:-2]):
        raise ValueError(
            f"x_new has the leading axes of x, {tuple(P.shape[:-2])}, not {tuple(P_new.shape[:-2])}: repeat it."
        )
    return _nested(P, P_new, _one_for_each_row(y, P))


@course.fused
def _nested(P, P_new, y):
    # P(x) = QR
    Q, R = ops.qr(P)
    Qty = ops.matmul(ops.swapaxes(Q, -1, -2), y[..., None])
    # q(x) = R⁻ᵀ P(x)
    q = ops.solve_triangular(ops.swapaxes(R, -1, -2), ops.swapaxes(P_new, -1, -2), lower=True)
    # ŷ_k(x) = ∑_{j ≤ k} (Qᵀy)_j q_j(x)
    return ops.moveaxis(ops.cumsum(Qty * q, axis=-2), -2, 0)


def _one_for_each_row(y, Phi):
    """The targets (..., batch); leading axes may be others than those of Φ."""
    y, n = ops.convert_to_tensor(y, dtype="float32"), Phi.shape[-2]
    if n > 1 and tuple(y.shape[-2:]) == (n, 1):
        y = ops.squeeze(y, axis=-1)
    if tuple(y.shape[-1:]) != (n,):
        raise ValueError(f"y has the shape {tuple(y.shape)}, but its last axis must hold {n} targets.")
    return targets(y, y)
