"""Taylor polynomials of a function of several variables, up to degree 3 (§A.4)."""

import math

from keras import ops

import course


def taylor(f, x, d, degree):
    """The Taylor polynomial of f around x, at the point x + d.

    P_k(x + d) = ∑_{j=0}^{k} φ^(j)(0) / j!,   φ(t) = f(x + t d)
    φ(0) = f(x),   φ'(0) = ∇f(x)ᵀd,   φ''(0) = dᵀH(x) d

    The error f(x + d) − P_k(x + d) is O(‖d‖^{k+1}).

    Args:
        f: a function of one tensor of shape (n,) that returns a scalar, written in ``keras.ops``.
        x: the point of the expansion, shape (n,).
        d: the displacement, shape (n,).
        degree: k, 0, 1, 2 or 3.

    Returns:
        A scalar.

    Raises:
        ValueError: if the degree is not 0, 1, 2 or 3.

    Example:
        >>> x, d = ops.convert_to_tensor([0.0, 0.0]), ops.convert_to_tensor([1.0, 2.0])
        >>> [round(float(taylor(lambda x: ops.exp(x[0] + x[1]), x, d, k)), 4) for k in range(4)]
        [1.0, 4.0, 8.5, 13.0]

    References: §A.4.
    """
    if degree not in (0, 1, 2, 3):
        raise ValueError(f"The degree must be 0, 1, 2 or 3, not {degree}.")
    x, d = (ops.convert_to_tensor(each, "float32") for each in (x, d))

    # φ(t) = f(x + t d)
    def phi(t):
        return f(x + t * d)

    zero, total, derivative = ops.convert_to_tensor(0.0), 0.0, phi
    for j in range(degree + 1):
        # φ^(j)(0) / j!
        total = total + derivative(zero) / math.factorial(j)
        derivative = course.grad(derivative)
    return total
