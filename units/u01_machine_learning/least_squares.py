"""The linear model ŷ = Xθ in closed form: normal equations and pseudo-inverse (§2.3)."""

import numpy as np
from keras import ops

import course
from course.validation import array, features, numbers

FLOAT32_EPS = 1.2e-7  # unit round-off of float32


def with_constant(x):
    """Put a column of ones in front, so that θ_0 is the intercept b.

    X = [1  x],   θ = (b, w)

    Args:
        x: features, shape (batch, features).

    Returns:
        Shape (batch, features + 1).

    Example:
        >>> print(ops.convert_to_numpy(with_constant([[5.0], [7.0]])))
        [[1. 5.]
         [1. 7.]]
    """
    return _with_constant(ops.convert_to_tensor(x, "float32"))


@course.fused
def _with_constant(x):
    return ops.concatenate([ops.ones((x.shape[0], 1)), x], axis=1)


def normal_equations(X, y, penalty=0.0):
    """Least squares where the gradient of the loss is zero.

    C(θ) = ‖y − Xθ‖² + λ‖θ‖²,   ∇C = 0   ⇔   (XᵀX + λI) θ = Xᵀy

    Args:
        X: X, shape (batch, features).
        y: y, shape (batch,) or (batch, 1); or (batch, classes) for several targets at once.
        penalty: λ >= 0, in the units of the squares of X.

    Returns:
        θ, shape (features,) or (features, classes).

    Raises:
        ValueError: if λ < 0, or λ = 0 and the columns of X are dependent (in float32): then θ is not unique; or if
            there is not one finite target for each sample.

    Example:
        >>> X = with_constant([[0.0], [1.0], [2.0]])
        >>> print(ops.convert_to_numpy(normal_equations(X, [1.0, 3.0, 5.0])).round(3))
        [1. 2.]
    """
    X, several = features(X, name="X"), array(y).ndim == 2 and array(y).shape[1] > 1
    y = features(y, len(X), "y", "(batch, classes)") if several else numbers(y, rows=len(X))
    X, y = ops.convert_to_tensor(X, "float32"), ops.convert_to_tensor(y, "float32")
    Y = y if several else y[:, None]
    # (XᵀX + λI) θ = Xᵀy
    theta = solve_gram(*products(X, Y), penalty)
    return theta if several else theta[:, 0]


@course.fused
def products(X, Y):
    """Both sides of the normal equations.

    G = XᵀX,   B = XᵀY

    Args:
        X: a tensor of floats, shape (batch, features).
        Y: a tensor of floats, shape (batch, classes).

    Returns:
        ``(G, B)`` of shapes (features, features) and (features, classes).
    """
    Xt = ops.transpose(X)
    # G = XᵀX,   B = XᵀY
    return ops.matmul(Xt, X), ops.matmul(Xt, Y)


def solve_gram(G, B, penalty=0.0):
    """Solve the normal equations when XᵀX and Xᵀy are known.

    (G + λI) Θ = B,   G = XᵀX,   B = XᵀY

    Args:
        G: Gram matrix, shape (features, features).
        B: right-hand sides, shape (features, classes).
        penalty: λ >= 0.

    Returns:
        Θ, shape (features, classes).

    Raises:
        ValueError: if λ < 0, or λ = 0 and G is singular in float32.
    """
    if not penalty >= 0:
        raise ValueError(f"The penalty must not be negative, got {penalty}.")
    G, B = ops.convert_to_tensor(G, "float32"), ops.convert_to_tensor(B, "float32")
    p = G.shape[0]
    if penalty == 0:
        eigenvalues = np.linalg.eigvalsh(ops.convert_to_numpy(G))
        if eigenvalues.min() <= p * FLOAT32_EPS * eigenvalues.max():
            raise ValueError(
                "The columns of X are linearly dependent, so XᵀX has no inverse: "
                "use pseudo_inverse, or a penalty > 0."
            )
    return _solved(G, B, float(penalty))


@course.fused
def _solved(G, B, penalty):
    # G + λI is symmetric and positive definite: L Lᵀ = G + λI, then two triangular systems.
    L = ops.cholesky(G + penalty * ops.eye(G.shape[0]))
    return ops.solve_triangular(ops.transpose(L), ops.solve_triangular(L, B, lower=True), lower=False)


def pseudo_inverse(X):
    """The pseudo-inverse from the singular value decomposition.

    X = U diag(s) Vᵀ,   X⁺ = V diag(s⁺) Uᵀ,   s_i⁺ = 1/s_i, or 0 where s_i ≈ 0

    θ = X⁺y is the least-squares solution, and the smallest one where there are many.

    Args:
        X: X, shape (batch, features), of any rank.

    Returns:
        X⁺, shape (features, batch).

    Example:
        >>> print(ops.convert_to_numpy(pseudo_inverse([[1.0, 1.0], [1.0, 1.0]])).round(3))
        [[0.25 0.25]
         [0.25 0.25]]
    """
    return _inverted(ops.convert_to_tensor(X, "float32"))


@course.fused
def _inverted(X):
    U, s, Vt = ops.svd(X, full_matrices=False)
    # A smaller singular value is rounding error, and its inverse would be noise (NumPy's rule for the rank).
    kept = s > FLOAT32_EPS * max(X.shape) * ops.max(s)
    # s_i⁺ = 1/s_i, or 0 where s_i ≈ 0
    inverse = ops.where(kept, 1.0 / ops.where(kept, s, 1.0), 0.0)
    # X⁺ = V diag(s⁺) Uᵀ
    return ops.matmul(ops.transpose(Vt) * inverse, ops.transpose(U))


def predict(X, theta):
    """Predict with a linear model.

    ŷ = Xθ

    Args:
        X: X, shape (batch, features).
        theta: θ, shape (features,) or (features, classes).

    Returns:
        ŷ, shape (batch,) or (batch, classes).

    Example:
        >>> print(ops.convert_to_numpy(predict([[1.0, 2.0]], [3.0, 4.0])))
        [11.]
    """
    return ops.matmul(ops.convert_to_tensor(X, "float32"), ops.convert_to_tensor(theta, "float32"))
