"""Sums and sets against loops and Python's own sets."""

import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from units import u00_mathematics as u00


def test_a_product_of_sums_is_the_loop_over_all_pairs():
    u, v = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    assert_close(u00.sum_of_products(u, v[:3]), sum(a * b for a in u for b in v[:3]), rtol=1e-4)
    with pytest.raises(ValueError, match=r"vectors, and have the shapes \(5, 1\) and \(5,\)"):
        u00.sum_of_products(u[:, None], v)


def test_a_triangle_is_summed_by_rows_and_by_columns():
    A = np.random.default_rng(0).normal(size=(5, 5)).astype("float32")
    rows, columns = u00.sum_below_diagonal(A)
    assert_close(rows, [sum(A[i, j] for j in range(i + 1)) for i in range(5)], rtol=1e-4)
    assert_close(columns, [sum(A[i, j] for i in range(j, 5)) for j in range(5)], rtol=1e-4)
    with pytest.raises(ValueError, match=r"square, and has the shape \(2, 3\)"):
        u00.sum_below_diagonal(A[:2, :3])


def test_sets():
    n, A, B = 8, {0, 2, 3, 7}, {2, 3, 4}
    a, b = u00.indicator(A, n), u00.indicator(B, n)
    for found, wanted in (
        (u00.intersection(a, b), A & B),
        (u00.union(a, b), A | B),
        (u00.complement(a), set(range(n)) - A),
        (u00.complement(u00.union(a, b)), set(range(n)) - A - B),
    ):
        assert set(np.flatnonzero(ops.convert_to_numpy(found))) == wanted
        assert float(u00.size(found)) == len(wanted)


@pytest.mark.parametrize("members", [[8], [-1], [2.5]])
def test_an_element_outside_of_the_whole_set_is_refused(members):
    with pytest.raises(ValueError, match="integers from 0 to 7"):
        u00.indicator(members, 8)
