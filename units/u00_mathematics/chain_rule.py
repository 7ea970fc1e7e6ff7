"""The chain rule: the Jacobian of a composition is a product of Jacobians, and the order decides the cost (§A.3)."""

from itertools import pairwise

from keras import ops

ORDERS = ("forward", "reverse")


def chain(jacobians, order="reverse"):
    """The Jacobian of F_L ∘ ... ∘ F_1 as a product of the L Jacobians.

    J = J_L J_{L−1} ⋯ J_1,   forward: J_L(⋯(J_2 J_1)),   reverse: ((J_L J_{L−1})⋯)J_1

    Args:
        jacobians: J_1, ..., J_L; J_l of shape (n_l, n_{l−1}), at the point where F_l is evaluated.
        order: "forward" begins at the input, "reverse" at the output.

    Returns:
        Shape (n_L, n_0).

    Raises:
        ValueError: if two neighbours do not fit, or the order has another name.

    Example:
        >>> print(ops.convert_to_numpy(chain([[[1.0], [2.0]], [[3.0, 4.0]]])))
        [[11.]]

    References: §A.3.
    """
    jacobians = [ops.convert_to_tensor(J, "float32") for J in jacobians]
    _check([tuple(J.shape) for J in jacobians], order)
    if order == "forward":
        product = jacobians[0]
        for J in jacobians[1:]:
            product = ops.matmul(J, product)  # J_l (J_{l−1} ⋯ J_1): always n_0 columns
        return product
    product = jacobians[-1]
    for J in jacobians[-2::-1]:
        product = ops.matmul(product, J)  # (J_L ⋯ J_{l+1}) J_l: always n_L rows
    return product


def multiplications(shapes, order):
    """The number of multiplications of numbers that ``chain`` needs.

    forward: n_0 ∑_{l=2}^{L} n_l n_{l−1},   reverse: n_L ∑_{l=1}^{L−1} n_l n_{l−1}

    Args:
        shapes: (n_1, n_0), ..., (n_L, n_{L−1}).
        order: "forward" or "reverse".

    Returns:
        An integer.

    Raises:
        ValueError: if two neighbours do not fit, or the order has another name.

    Example:
        >>> multiplications([(10, 100), (1, 10)], "forward"), multiplications([(5, 4), (3, 5), (1, 3)], "reverse")
        (1000, 35)
    """
    _check(shapes, order)
    if order == "forward":
        return shapes[0][1] * sum(rows * columns for rows, columns in shapes[1:])
    return shapes[-1][0] * sum(rows * columns for rows, columns in shapes[:-1])


def _check(shapes, order):
    if order not in ORDERS:
        raise ValueError(f'The order is "forward" or "reverse", not {order!r}.')
    if not shapes or any(len(shape) != 2 for shape in shapes):
        raise ValueError("The chain rule needs at least one matrix, and matrices only.")
    if any(after[1] != before[0] for before, after in pairwise(shapes)):
        raise ValueError("Each Jacobian must have as many columns as the one before it has rows.")
