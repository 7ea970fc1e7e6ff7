"""Derivatives against derivatives by hand, and the orders of the errors against each other."""

import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from units import u00_mathematics as u00

POINT = np.array([0.3, 0.8, -0.5], "float32")


def F(x):
    return ops.stack([x[0] * x[1], ops.sin(x[2])])


def f(x):
    return ops.exp(x[0]) * x[1] ** 2 + x[1] * x[2] ** 3


def jacobian_of_F(x):
    return np.array([[x[1], x[0], 0], [0, 0, np.cos(x[2])]])


def hessian_of_f(x):
    e, (_, y, z) = np.exp(x[0]), x
    return np.array([[e * y**2, 2 * e * y, 0], [2 * e * y, 2 * e, 3 * z**2], [0, 3 * z**2, 6 * y * z]])


def test_a_jacobian_by_columns_and_by_rows():
    for way in (u00.jacobian, u00.jacobian_by_rows):
        assert_close(way(F, POINT), jacobian_of_F(POINT), rtol=1e-5)


def test_a_hessian():
    assert_close(u00.hessian(f, POINT), hessian_of_f(POINT), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("way", [u00.jacobian, u00.jacobian_by_rows, u00.hessian])
def test_a_point_is_a_vector(way):
    with pytest.raises(ValueError, match="flatten it first"):
        way(F, POINT[None])


def test_the_derivative_in_a_direction_of_any_length():
    d = np.array([2.0, -1.0, 3.0], "float32")
    got = u00.directional_derivative(F, ops.convert_to_tensor(POINT), ops.convert_to_tensor(d))
    assert_close(got, jacobian_of_F(POINT) @ d, rtol=1e-5)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("quotient", "order"), [(u00.forward_difference, 1), (u00.central_difference, 2)], ids=["1", "2"]
)
def test_the_order_of_a_quotient(quotient, order):
    def error(h):
        return abs(quotient(lambda x: np.exp(x[0]), np.array([0.5]), np.array([2.0]), h) - 2 * np.exp(0.5))

    assert error(0.01) / error(0.005) == pytest.approx(2**order, rel=0.02)
    with pytest.raises(ValueError, match="must be positive"):
        error(0.0)


def test_a_chain_of_jacobians_in_both_orders():
    matrices = [np.random.default_rng(i).normal(size=size) for i, size in enumerate([(3, 2), (4, 3), (1, 4)])]
    for order in ("forward", "reverse"):
        assert_close(
            u00.chain(matrices, order), matrices[2] @ matrices[1] @ matrices[0], rtol=1e-4, atol=1e-5
        )


@pytest.mark.backend_independent
def test_multiplications_are_those_of_the_matrix_products():
    """Counted in the products themselves: (a, b) times (b, c) takes a b c."""
    shapes = [(3, 2), (4, 3), (5, 4), (1, 5)]

    def counted(pairs):
        product, total = pairs[0], 0
        for shape in pairs[1:]:
            left, right = (shape, product) if pairs[0] == shapes[0] else (product, shape)
            total += left[0] * left[1] * right[1]
            product = (left[0], right[1])
        return total

    assert u00.multiplications(shapes, "forward") == counted(shapes)
    assert u00.multiplications(shapes, "reverse") == counted(shapes[::-1])


@pytest.mark.parametrize(
    ("shapes", "order", "message"),
    [
        ([(3, 2), (4, 2)], "forward", "as many columns"),
        ([], "forward", "at least one matrix"),
        ([(3,)], "reverse", "matrices only"),
        ([(3, 2)], "both", '"forward" or "reverse"'),
    ],
)
@pytest.mark.backend_independent
def test_what_is_no_chain_is_refused(shapes, order, message):
    with pytest.raises(ValueError, match=message):
        u00.multiplications(shapes, order)
    with pytest.raises(ValueError, match=message):
        u00.chain([np.ones(shape) for shape in shapes], order)


def test_a_taylor_polynomial_of_a_cubic_is_exact_at_degree_3():
    """x_1³ + x_1 x_2² + 2 x_2: each degree by hand, from the gradient, the Hessian and the third derivatives."""
    x, d = np.array([1.0, 2.0]), np.array([0.5, -1.0])

    def cubic(x):
        return x[0] ** 3 + x[0] * x[1] ** 2 + 2 * x[1]

    gradient = np.array([3 * x[0] ** 2 + x[1] ** 2, 2 * x[0] * x[1] + 2])
    H = np.array([[6 * x[0], 2 * x[1]], [2 * x[1], 2 * x[0]]])
    by_hand = [cubic(x), cubic(x) + gradient @ d, cubic(x) + gradient @ d + d @ H @ d / 2, cubic(x + d)]
    assert_close([float(u00.taylor(cubic, x, d, k)) for k in range(4)], by_hand, rtol=1e-5)
    with pytest.raises(ValueError, match="0, 1, 2 or 3, not 4"):
        u00.taylor(cubic, x, d, 4)
