"""The direction of L-BFGS in matrix form: the two loops as a few products of small matrices (§4.6)."""

from keras import ops


def matrix_form(gradient, S, Y):
    """B g, for the matrix B that BFGS would compute from the remembered steps.

    Each loop of ``two_loop`` solves a triangular system. With R the upper triangle of S Yᵀ, D its diagonal and
    γ = sᵀy / yᵀy of the newest pair, its a, its q after the first loop and the differences w = a − b of the second are

    R a = S g,   q = g − Yᵀ a,   Rᵀ w = D a − γ Y q,   B g = γ q + Sᵀ w

    The result is that of ``two_loop`` up to rounding. It takes about twelve operations on matrices instead of 4m
    operations on vectors, which is faster if the vectors are short.

    Args:
        gradient: g, shape (features,).
        S: the steps s_i, the newest last, shape (memory, features).
        Y: the changes y_i of the gradient, shape (memory, features). A pair with yᵀs ≤ 0, or of zeros, counts as none.

    Returns:
        B g, a tensor of shape (features,).

    References: Byrd, Nocedal, Schnabel, "Representations of quasi-Newton matrices and their use in limited memory
        methods", Math. Programming 63 (1994), theorem 2.2.
    """
    gradient, S, Y = (ops.convert_to_tensor(a) for a in (gradient, S, Y))
    curvature = ops.sum(S * Y, axis=1)
    counts = curvature > 0
    known = ops.cast(counts, S.dtype)[:, None]
    S, Y = known * S, known * Y
    # R_ij = s_iᵀ y_j for i ≤ j; a pair that counts as none has the row and column of the identity, so its a and w are 0
    R = ops.triu(ops.matmul(S, ops.transpose(Y)), k=1) + ops.diag(ops.where(counts, curvature, 1.0))
    gamma = _scale(curvature[-1], Y[-1])
    # R a = S g
    a = _solve(R, ops.matmul(S, gradient), lower=False)
    # q = g − Yᵀ a
    q = gradient - ops.matmul(a, Y)
    # Rᵀ w = D a − γ Y q
    w = _solve(ops.transpose(R), curvature * a - gamma * ops.matmul(Y, q), lower=True)
    # B g = γ q + Sᵀ w
    return gamma * q + ops.matmul(w, S)


def _scale(curvature, y):
    """γ, or 1 if the newest pair counts as none."""
    square, one = ops.sum(y * y), ops.ones_like(curvature)
    return ops.where(curvature > 0, curvature / ops.where(square > 0, square, one), one)


def _solve(triangle, b, lower):
    return ops.solve_triangular(triangle, b[:, None], lower=lower)[:, 0]
