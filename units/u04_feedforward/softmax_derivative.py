"""The derivative of the softmax (§5.3).

Every other S of this unit works element by element, and so does its derivative. Each output of the softmax depends on
all of z, so its derivative is a matrix.
"""

from keras import ops

from course.validation import floats
from units.u02_logistic_softmax import softmax


def softmax_jacobian(z):
    """All the partial derivatives of the softmax.

    ∂a_i/∂z_j = a_i (1{i = j} − a_j),   in matrix form J = diag(a) − a aᵀ

    Args:
        z: logits, shape (batch, classes).

    Returns:
        A tensor of shape (batch, classes, classes); symmetric, each row with sum 0.
    """
    a = softmax(z)
    eye = ops.eye(a.shape[-1], dtype=a.dtype)
    # a_i (1{i = j} − a_j)
    return ops.expand_dims(a, -1) * (eye - ops.expand_dims(a, -2))


def softmax_backward(z, u):
    """The product uᵀ J for backpropagation, without the matrix J.

    uᵀ J = a ⊙ (u − (uᵀ a) 1)

    Args:
        z: logits, shape (batch, classes).
        u: ∂C/∂a, shape (batch, classes).

    Returns:
        ∂C/∂z, shape (batch, classes).

    Raises:
        ValueError: u does not have the shape of z.
    """
    a, u = softmax(z), floats(u)
    if tuple(u.shape) != tuple(a.shape):
        raise ValueError(f"u must have the shape of z, {tuple(a.shape)}, got {tuple(u.shape)}.")
    # a ⊙ (u − (uᵀ a) 1)
    return a * (u - ops.sum(u * a, axis=-1, keepdims=True))
