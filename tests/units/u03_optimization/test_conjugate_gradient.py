"""Conjugate gradients against the direct solution and SciPy's."""

import numpy as np
import pytest
from keras import ops
from scipy.sparse import linalg

from units.u03_optimization.conjugate_gradient import conjugate_gradient, conjugate_gradient_bound


def system(n=8, kappa=50.0, seed=0):
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    return (Q * np.geomspace(1, kappa, n)) @ Q.T, rng.normal(size=n)


def f32(*arrays):
    return [np.asarray(a, "float32") for a in arrays]


def test_n_steps_solve_the_system():
    A, b = system()
    theta, path = conjugate_gradient(*f32(A, b))
    assert len(path) <= 8 + 1
    np.testing.assert_allclose(ops.convert_to_numpy(theta), np.linalg.solve(A, b), rtol=2e-3, atol=2e-4)


def test_the_first_points_are_scipys():
    A, b = system()
    points = []
    linalg.cg(A, b, maxiter=5, callback=lambda x: points.append(x.copy()))
    _, path = conjugate_gradient(*f32(A, b))
    np.testing.assert_allclose(path[1:6], points[:5], rtol=1e-3, atol=1e-3)


def test_k_different_eigenvalues_need_k_steps():
    Q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(30, 30)))
    A = (Q * np.repeat([1.0, 5.0, 20.0], 10)) @ Q.T
    _, path = conjugate_gradient(*f32(A, np.ones(30)), tolerance=1e-4)
    assert len(path) == 4


def test_the_error_keeps_below_the_bound_and_below_that_of_gradient_descent():
    A, b = system(40, 400.0)
    _, path = conjugate_gradient(*f32(A, b), tolerance=1e-4)
    e = path - np.linalg.solve(A, b)
    error = np.sqrt(np.einsum("ki,ij,kj->k", e, A, e))
    k = np.arange(len(path))
    assert np.all(error[1:] / error[0] <= conjugate_gradient_bound(400.0, k)[1:] + 1e-5)
    assert error[20] / error[0] < (399 / 401) ** 20


def test_a_function_instead_of_a_matrix_and_another_start():
    A, b = f32(*system())
    by_matrix, _ = conjugate_gradient(A, b)
    start = np.ones(8, "float32")
    by_function, path = conjugate_gradient(lambda d: ops.matmul(A, d), b, start=start, max_steps=16)
    np.testing.assert_array_equal(path[0], start)
    np.testing.assert_allclose(
        ops.convert_to_numpy(by_function), ops.convert_to_numpy(by_matrix), rtol=2e-3, atol=5e-4
    )


def test_mistakes_are_said_in_words():
    with pytest.raises(ValueError, match="positive definite"):
        conjugate_gradient(*f32(np.diag([1.0, -1.0]), np.ones(2)))
    with pytest.raises(ValueError, match="at least 1"):
        conjugate_gradient_bound(0.5, 3)
