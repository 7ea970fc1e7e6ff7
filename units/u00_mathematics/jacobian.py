"""The Jacobian matrix, column by column with forward sweeps and row by row with reverse sweeps (§A.2)."""

from keras import ops

import course


def jacobian(f, x):
    """The Jacobian of F: ℝⁿ → ℝᵐ from n forward sweeps, one for each input.

    J_ij = ∂F_i/∂x_j,   J e_j is the derivative of F in the direction e_j

    Args:
        f: F, a function of one tensor of shape (n,) that returns a tensor of shape (m,).
        x: shape (n,).

    Returns:
        Shape (m, n); row i is the gradient of F_i.

    Raises:
        ValueError: if x is not a vector.

    Example:
        >>> J = jacobian(lambda x: ops.stack([x[0] * x[1], x[1]]), [2.0, 3.0])
        >>> print(ops.convert_to_numpy(J))
        [[3. 2.]
         [0. 1.]]

    References: §A.2.
    """
    x = _vector(x)
    # column j: J e_j
    return ops.stack([course.jvp(f, [x], [e])[1] for e in ops.unstack(ops.eye(x.shape[0]))], axis=1)


def jacobian_by_rows(f, x):
    """The same matrix from m reverse sweeps, one for each output: row i is e_iᵀ J.

    Args:
        f: F, a function of one tensor of shape (n,) that returns a tensor of shape (m,).
        x: shape (n,).

    Returns:
        Shape (m, n).

    Raises:
        ValueError: if x is not a vector.
    """
    value, pullback = course.vjp(f, [_vector(x)])
    # row i: e_iᵀ J
    return ops.stack([pullback(e)[0] for e in ops.unstack(ops.eye(value.shape[0]))], axis=0)


def _vector(x):
    x = ops.convert_to_tensor(x, "float32")
    if len(x.shape) != 1:
        raise ValueError(
            f"The point x must be a vector, and has the shape {tuple(x.shape)}: flatten it first."
        )
    return x
