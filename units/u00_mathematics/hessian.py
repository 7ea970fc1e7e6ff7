"""The Hessian matrix of second derivatives, from Hessian-vector products (§A.2)."""

from keras import ops

import course


def hessian(f, x):
    """The Hessian of a scalar function: the Jacobian of its gradient.

    H_ij = ∂²f/∂x_i∂x_j,   column j is H e_j = ∇(∇f(x)ᵀe_j)

    Where the second derivatives are continuous, H is symmetric.

    Args:
        f: a function of one tensor of shape (n,) that returns a scalar.
        x: shape (n,).

    Returns:
        Shape (n, n).

    Raises:
        ValueError: if x is not a vector.

    Example:
        >>> print(ops.convert_to_numpy(hessian(lambda x: x[0] ** 2 * x[1], [1.0, 3.0])))
        [[6. 2.]
         [2. 0.]]

    References: §A.2.
    """
    x = ops.convert_to_tensor(x, "float32")
    if len(x.shape) != 1:
        raise ValueError(
            f"The point x must be a vector, and has the shape {tuple(x.shape)}: flatten it first."
        )
    # column j: H e_j
    return ops.stack([course.hvp(f, [x], [e])[0] for e in ops.unstack(ops.eye(x.shape[0]))], axis=1)
