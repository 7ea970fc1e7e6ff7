"""L-BFGS's direction in matrix form: what the two loops compute, in a few products of small matrices (§4.6)."""

from keras import ops


def matrix_form(gradient, S, Y):
    """B g, for the matrix B that BFGS would have built from the remembered steps.

    The first loop of ``two_loop`` is the back substitution in R p = S g, the second one that in Rᵀ w = …; with R the
    upper triangle of S Yᵀ, D its diagonal and γ = sᵀy / yᵀy of the newest pair

    B g = γ g + Sᵀ w − γ Yᵀ p,   R p = S g,   Rᵀ w = D p + γ Y (Yᵀ p − g)

    The numbers are those of ``two_loop`` but for rounding; instead of 4m operations on vectors there are a dozen on
    matrices, which counts where the vectors are short and each operation is a call.

    Args:
        gradient: g, of shape (n,).
        S: the steps s_i, the newest last, of shape (m, n).
        Y: the changes y_i of the gradient, of shape (m, n). A pair with yᵀs ≤ 0, or of zeros, counts as none.

    Returns:
        B g, a tensor of shape (n,).

    References: Byrd, Nocedal, Schnabel, "Representations of quasi-Newton matrices and their use in limited memory
        methods", Math. Programming 63 (1994), theorem 2.2.
    """
    products = ops.matmul(S, ops.transpose(Y))
    curvature = ops.diagonal(products)
    known = ops.cast(curvature > 0, S.dtype)
    both = (
        known[:, None] * known[None, :]
    )  # what concerns a pair that counts as none is zero, and its diagonal one
    R = ops.triu(products * both, k=1) + ops.diag(
        ops.where(curvature > 0, curvature, ops.ones_like(curvature))
    )
    gamma = _scale(curvature[-1], Y[-1])
    p = _solve(R, known * ops.matmul(S, gradient), lower=False)
    back = ops.matmul(p, Y)
    w = _solve(ops.transpose(R), known * (curvature * p + gamma * ops.matmul(Y, back - gradient)), lower=True)
    return gamma * (gradient - back) + ops.matmul(w, S)


def _scale(curvature, y):
    """γ, or 1 if the newest pair counts as none."""
    one = ops.ones_like(curvature)
    return ops.where(curvature > 0, curvature / ops.where(curvature > 0, ops.sum(y * y), one), one)


def _solve(triangle, b, lower):
    return ops.solve_triangular(triangle, b[:, None], lower=lower)[:, 0]
