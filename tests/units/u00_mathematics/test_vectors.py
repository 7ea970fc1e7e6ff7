"""Inner products, norms, angles and matrix products against NumPy."""

import math

import numpy as np
import pytest

from course.testing import assert_close
from units import u00_mathematics as u00


def draw(*size):
    return np.random.default_rng(0).normal(size=size).astype("float32")


@pytest.mark.parametrize("order", [1, 1.5, 2, 3, math.inf])
def test_norms(order):
    x = draw(4, 3)
    assert_close(u00.norm(x, order), np.linalg.norm(x, ord=order, axis=1), rtol=1e-5)


def test_a_norm_of_large_small_and_zero_vectors():
    x = np.array([[3e30, 4e30], [3e-30, 4e-30], [0.0, 0.0]], "float32")
    assert_close(u00.norm(x), [5e30, 5e-30, 0.0], rtol=1e-5, atol=0)


def test_an_order_below_one_is_no_norm():
    for order in (0.5, 0, math.nan):
        with pytest.raises(ValueError, match="at least 1"):
            u00.norm([1.0, 2.0], order)


def test_inner_products_and_angles():
    u, v = draw(2, 6, 5)
    assert_close(u00.inner_product(u, v), np.einsum("ij,ij->i", u, v), rtol=1e-5, atol=1e-6)
    assert_close(u00.inner_product(u, u), u00.norm(u) ** 2, rtol=1e-5)
    cosine = np.einsum("ij,ij->i", u, v) / np.linalg.norm(u, axis=1) / np.linalg.norm(v, axis=1)
    assert_close(u00.angle_cosine(u, v), cosine, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="same length, not 5 and 4"):
        u00.inner_product(u, v[:, :4])


@pytest.mark.parametrize("reading", [u00.by_entries, u00.by_columns, u00.by_outer_products])
def test_three_readings_of_a_product(reading):
    A, B = draw(4, 3), draw(3, 2)
    assert_close(reading(A, B), A @ B, rtol=1e-5)
    with pytest.raises(ValueError, match="as many columns as B has rows"):
        reading(B, A[:1, :1])
