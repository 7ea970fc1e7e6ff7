"""The BFGS update and the two-loop recursion against the definitions in float64."""

import numpy as np
import pytest
from keras import ops

from units.u03_optimization.bfgs import inverse_update
from units.u03_optimization.lbfgs import lbfgs, remember, two_loop


def pairs(m=6, n=4, seed=0):
    """Steps on a quadratic, so that yᵀs > 0."""
    rng = np.random.default_rng(seed)
    Q = rng.normal(size=(n, n))
    S = rng.normal(size=(m, n))
    return S, S @ (Q @ Q.T + np.eye(n)), rng.normal(size=n)


def update(B, s, y):
    rho, eye = 1 / (y @ s), np.eye(len(s))
    return (eye - rho * np.outer(s, y)) @ B @ (eye - rho * np.outer(y, s)) + rho * np.outer(s, s)


def f32(*arrays):
    return [np.asarray(a, "float32") for a in arrays]


def test_update_is_the_product_of_the_definition():
    S, Y, _ = pairs()
    B = np.diag([1.0, 2.0, 3.0, 4.0])
    for s, y in zip(S, Y, strict=True):
        got = ops.convert_to_numpy(inverse_update(*map(ops.convert_to_tensor, f32(B, s, y))))
        B = update(B, s, y)
        np.testing.assert_allclose(got, B, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(got @ y, s, rtol=1e-3, atol=1e-3)  # the secant equation
        np.testing.assert_allclose(got, got.T, atol=1e-5)
        assert np.linalg.eigvalsh(B).min() > 0


def bfgs_matrix(S, Y):
    B = (S[-1] @ Y[-1]) / (Y[-1] @ Y[-1]) * np.eye(S.shape[1])
    for s, y in zip(S, Y, strict=True):
        B = update(B, s, y)
    return B


@pytest.mark.parametrize("m", [1, 2, 6])
def test_two_loops_multiply_by_the_matrix_that_bfgs_would_have(m):
    S, Y, g = pairs(m)
    got = ops.convert_to_numpy(two_loop(*f32(g, S, Y)))
    np.testing.assert_allclose(got, bfgs_matrix(S, Y) @ g, rtol=1e-3, atol=1e-4)


def test_empty_rows_and_pairs_without_curvature_count_as_none():
    S, Y, g = pairs(3)
    zeros = np.zeros((2, 4))
    expected = bfgs_matrix(S, Y) @ g
    got = ops.convert_to_numpy(two_loop(*f32(g, np.vstack([zeros, S]), np.vstack([zeros, Y]))))
    np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4)
    bad = S.copy()
    bad[0] *= -1  # yᵀs < 0 for the oldest
    np.testing.assert_allclose(
        ops.convert_to_numpy(two_loop(*f32(g, bad, Y))), bfgs_matrix(S[1:], Y[1:]) @ g, rtol=1e-3, atol=1e-4
    )
    np.testing.assert_array_equal(ops.convert_to_numpy(two_loop(*f32(g, zeros, zeros))), g.astype("float32"))


def test_remember_keeps_the_newest_and_refuses_pairs_without_curvature():
    S, Y, _ = (ops.convert_to_tensor(a) for a in f32(*pairs(3)))
    s = ops.ones((4,))
    S1, Y1 = remember(S, Y, s, 2 * s)
    np.testing.assert_array_equal(ops.convert_to_numpy(S1[:-1]), ops.convert_to_numpy(S[1:]))
    np.testing.assert_array_equal(ops.convert_to_numpy(Y1[-1]), 2 * np.ones(4))
    S2, Y2 = remember(S, Y, s, -s)
    np.testing.assert_array_equal(ops.convert_to_numpy(S2), ops.convert_to_numpy(S))
    np.testing.assert_array_equal(ops.convert_to_numpy(Y2), ops.convert_to_numpy(Y))


def test_a_quadratic_in_thirty_dimensions():
    rng = np.random.default_rng(3)
    Q, _ = np.linalg.qr(rng.normal(size=(30, 30)))
    A = (Q * np.geomspace(1, 30, 30)) @ Q.T
    b = rng.normal(size=30)
    A32, b32 = (ops.convert_to_tensor(a) for a in f32(A, b))
    descent = lbfgs(lambda x: ops.sum(x * ops.matmul(A32, x)) / 2 - ops.sum(b32 * x), np.zeros(30), memory=4)
    assert descent.stopped == "converged"
    np.testing.assert_allclose(descent.path[-1], np.linalg.solve(A, b), atol=1e-3)


def test_shapes_that_do_not_fit_are_said():
    S, Y, g = f32(*pairs(3))
    with pytest.raises(ValueError, match="one shape"):
        two_loop(g, S, Y[:2])
    with pytest.raises(ValueError, match="one shape"):
        two_loop(g[:3], S, Y)
