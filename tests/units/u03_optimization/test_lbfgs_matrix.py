"""L-BFGS's direction in matrix form is that of the two loops, whatever is in the memory."""

import numpy as np
import pytest
from keras import ops

from tests.units.u03_optimization.test_quasi_newton import bfgs_matrix, f32, pairs
from units.u03_optimization.lbfgs import two_loop
from units.u03_optimization.lbfgs_matrix import matrix_form


def numpy(x):
    return ops.convert_to_numpy(x)


def check(g, S, Y):
    g, S, Y = f32(g, S, Y)
    got, expected = numpy(matrix_form(g, S, Y)), numpy(two_loop(g, S, Y))
    assert got.shape == g.shape
    np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    return got


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 5), (4, 4), (3, 40), (10, 6)])
def test_a_full_memory(m, n):
    S, Y, g = pairs(m, n, seed=m + n)
    got = check(g, S, Y)
    expected = bfgs_matrix(S, Y) @ g  # the definition, in float64
    np.testing.assert_allclose(got, expected, rtol=2e-3, atol=1e-3 * np.abs(expected).max())


@pytest.mark.parametrize("empty", [1, 4])
def test_rows_that_are_still_empty(empty):
    S, Y, g = pairs(3)
    zeros = np.zeros((empty, 4))
    got = check(g, np.vstack([zeros, S]), np.vstack([zeros, Y]))
    np.testing.assert_allclose(got, check(g, S, Y), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_pair_with_negative_curvature_counts_as_none(place):
    S, Y, g = pairs(5)
    Y[place] = -Y[place]
    got = check(g, S, Y)
    if place < 4:  # the scale γ is that of the last row, whether it counts or not
        rest = np.arange(5) != place
        np.testing.assert_allclose(got, check(g, S[rest], Y[rest]), rtol=1e-4, atol=1e-5)


def test_no_pair_at_all_gives_the_gradient_itself():
    S, Y, g = pairs(3)
    for S_, Y_ in ((0 * S, 0 * Y), (S, -Y)):
        np.testing.assert_array_equal(check(g, S_, Y_), np.asarray(g, "float32"))


def test_a_change_whose_square_is_lost_to_rounding():
    S, Y, g = pairs(1)
    got = check(g, S, 1e-25 * Y)
    assert np.all(np.isfinite(got))


def test_the_newest_secant_equation_holds():
    S, Y, _ = pairs(3)
    np.testing.assert_allclose(check(Y[-1], S, Y), S[-1], rtol=1e-3, atol=1e-4)
