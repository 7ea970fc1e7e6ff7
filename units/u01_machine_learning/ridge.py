"""Ridge regression: a penalty that pulls the weights towards zero (§2.5)."""

from collections import namedtuple

from keras import ops

import course
from course.validation import features, numbers
from units.u01_machine_learning.column_means import column_means

RidgePath = namedtuple("RidgePath", "w b freedom")


def ridge_path(x, y, penalties):
    """Ridge regression for many penalties from one singular value decomposition.

    (b, w) = argmin ‖y − b1 − xw‖² + λ‖w‖²
    x − 1x̄ᵀ = U diag(s) Vᵀ,   w_λ = V diag(s_i / (s_i² + λ)) Uᵀ(y − ȳ),   b_λ = ȳ − x̄ᵀw_λ
    degrees of freedom = ∑_i s_i² / (s_i² + λ)

    The intercept is not penalized: if a constant is added to every y, it is added to every ŷ, too. The features
    should be standardized, because the penalty depends on their units.

    Args:
        x: features without a constant, shape (batch, features).
        y: targets, shape (batch,) or (batch, 1).
        penalties: λ >= 0, shape (penalties,); directions with s_i ≈ 0 are left out where λ = 0.

    Returns:
        ``RidgePath(w, b, freedom)`` of shapes (penalties, features), (penalties,), (penalties,).

    Raises:
        ValueError: if a penalty is negative, or there is not one finite target for each sample.

    Example:
        >>> path = ridge_path([[-1.0], [1.0]], [1.0, 5.0], [0.0, 2.0])
        >>> print(ops.convert_to_numpy(path.w).round(3).ravel(), ops.convert_to_numpy(path.b))
        [2. 1.] [3. 3.]

    References: §2.5; Hoerl and Kennard, Ridge regression, Technometrics 12 (1970).
    """
    x = ops.convert_to_tensor(features(x), "float32")
    y = ops.convert_to_tensor(numbers(y, rows=x.shape[0]), "float32")
    penalties = numbers(penalties, name="penalties")
    if penalties.min() < 0:
        raise ValueError("A penalty must not be negative.")
    return _path(x, y, ops.convert_to_tensor(penalties[:, None], "float32"))


@course.fused
def _path(x, y, lam):
    x_mean, y_mean = column_means(x)[0], column_means(y, axis=0)[0]
    # x − 1x̄ᵀ = U diag(s) Vᵀ
    U, s, Vt = ops.svd(x - x_mean, full_matrices=False)
    kept = s > 1.2e-7 * max(x.shape) * ops.max(s)
    # s_i² / (s_i² + λ), shape (penalties, rank)
    shrunk = ops.where(kept, s**2 / ops.where(kept, s**2 + lam, 1.0), 0.0)
    Uty = ops.matmul(ops.transpose(U), y - y_mean)
    # w_λ = V diag(s_i / (s_i² + λ)) Uᵀ(y − ȳ)
    w = ops.matmul(shrunk / ops.where(kept, s, 1.0) * Uty, Vt)
    # b_λ = ȳ − x̄ᵀw_λ,   degrees of freedom = ∑_i s_i² / (s_i² + λ)
    return RidgePath(w, y_mean - ops.matmul(w, x_mean), ops.sum(shrunk, axis=1))


def ridge(x, y, penalty):
    """Ridge regression for one penalty.

    Args:
        x: features without a constant, shape (batch, features).
        y: targets, shape (batch,) or (batch, 1).
        penalty: λ >= 0.

    Returns:
        ``(w, b)`` of shapes (features,) and ().

    Example:
        >>> w, b = ridge([[-1.0], [1.0]], [1.0, 5.0], 2.0)
        >>> print(ops.convert_to_numpy(w).round(3), float(b))
        [1.] 3.0
    """
    path = ridge_path(x, y, [penalty])
    return path.w[0], path.b[0]
