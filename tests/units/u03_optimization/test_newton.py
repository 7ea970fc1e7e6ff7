"""Newton's method: quadratic convergence, and what happens at a saddle."""

import keras
import numpy as np
import pytest
from keras import ops

from units.u03_optimization.descent import Descent
from units.u03_optimization.newton import levenberg, levenberg_step, newton, newton_one_dimension
from units.u03_optimization.test_functions import HIMMELBLAU, LOGISTIC, ROSENBROCK, SADDLE


def test_hessian_of_rosenbrock():
    from scipy.optimize import rosen_hess

    descent = Descent(ROSENBROCK, ROSENBROCK.start)
    np.testing.assert_allclose(ops.convert_to_numpy(descent.hessian()), rosen_hess([-1.2, 1.0]), rtol=1e-5)
    assert descent.products == 2


def test_newton_in_one_dimension_squares_the_error():
    # C(x) = eˣ − 2x has its minimum at log 2; the next error is C'''/(2C'') = 1/2 times the square of the last
    rows = newton_one_dimension(lambda x: ops.sum(ops.exp(x) - 2 * x), 1.2, 3)
    e = rows[:, 0] - np.log(2)
    np.testing.assert_allclose(rows[:, 2], np.exp(rows[:, 0]) - 2, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(rows[:, 3], np.exp(rows[:, 0]), rtol=1e-5)
    np.testing.assert_allclose(rows[1:, 0], rows[:-1, 0] - rows[:-1, 2] / rows[:-1, 3], rtol=1e-6)
    np.testing.assert_allclose(e[1:3] / e[:2] ** 2, [0.5, 0.5], atol=0.1)


def test_newton_in_one_dimension_without_curvature_says_so():
    with pytest.raises(ValueError, match="second derivative"):
        newton_one_dimension(lambda x: ops.sum(3.0 * x), 0.0, 1)


def test_near_a_minimum_the_error_is_squared():
    descent = newton(LOGISTIC, LOGISTIC.minima[0] + [0.4, -0.3], damped=False, tolerance=1e-7, max_steps=4)
    e = np.linalg.norm(descent.path - LOGISTIC.minima[0], axis=1)
    assert e[2] < 2 * e[1] ** 2
    assert e[3] < 1e-4


def test_both_forms_are_one_step_on_a_quadratic():
    A, b = np.array([[3.0, 1.0], [1.0, 2.0]], "float32"), np.array([1.0, -1.0], "float32")
    f = lambda x: ops.sum(x * ops.matmul(A, x)) / 2 - ops.sum(ops.multiply(b, x))  # noqa: E731
    for damped in (False, True):
        descent = newton(f, [5.0, -7.0], damped=damped)
        assert descent.steps == 1
        np.testing.assert_allclose(descent.path[-1], np.linalg.solve(A, b), atol=1e-5)


def test_newton_walks_into_a_saddle_and_levenberg_does_not():
    start = [0.6, 0.2]
    pure = newton(SADDLE, start, damped=False)
    assert pure.stopped == "converged"
    np.testing.assert_allclose(pure.path[-1], [0, 0], atol=1e-3)
    cured = levenberg(SADDLE, start)
    np.testing.assert_allclose(cured.path[-1], [0, 1], atol=1e-3)


def test_damped_newton_says_where_it_is_stuck():
    descent = newton(HIMMELBLAU, [0.0, 0.0])
    assert descent.stopped == "the Newton direction does not lead down"
    assert descent.steps == 0


def test_pure_newton_diverges_where_damped_newton_does_not():
    # C(x) = √(1 + x²): Newton's step from x is to −x³
    f = lambda x: ops.sum(ops.sqrt(1 + x**2))  # noqa: E731
    pure = newton(f, [1.5], damped=False, max_steps=4)
    np.testing.assert_allclose(np.array(pure.path)[:3, 0], [1.5, -(1.5**3), 1.5**9], rtol=1e-3)
    assert newton(f, [1.5]).stopped == "converged"


def test_levenberg_step_is_the_solution_of_the_shifted_system():
    rng = np.random.default_rng(0)
    H = rng.normal(size=(4, 4))
    H, g = (H + H.T) / 2, rng.normal(size=4)
    d, lam = levenberg_step(*(ops.convert_to_tensor(a.astype("float32")) for a in (g, H)), 0.1)
    assert lam == pytest.approx(0.1 - np.linalg.eigvalsh(H)[0], rel=1e-4)
    np.testing.assert_allclose(
        ops.convert_to_numpy(d), -np.linalg.solve(H + lam * np.eye(4), g), rtol=1e-3, atol=1e-3
    )
    assert g @ ops.convert_to_numpy(d) < 0


def test_a_start_where_the_loss_is_not_finite():
    descent = newton(lambda x: ops.sum(ops.log(x)), keras.ops.zeros((2,)))
    assert (descent.stopped, descent.steps) == ("diverged", 0)
