"""Newton, conjugate gradients, BFGS and L-BFGS against SciPy's on the same functions."""

import numpy as np
import pytest
from scipy import optimize
from scipy.special import expit

import course
from units.u03_optimization.bfgs import bfgs
from units.u03_optimization.conjugate_gradient import nonlinear_conjugate_gradient
from units.u03_optimization.lbfgs import lbfgs
from units.u03_optimization.newton import levenberg, newton
from units.u03_optimization.test_functions import (
    BEALE,
    FEATURE,
    HIMMELBLAU,
    LABELS,
    LOGISTIC,
    ROSENBROCK,
    quadratic_bowl,
)

METHODS = {"CG": nonlinear_conjugate_gradient, "BFGS": bfgs, "L-BFGS-B": lbfgs}
TILT = 0.3


def himmelblau(x):
    a, b = x[0] ** 2 + x[1] - 11, x[0] + x[1] ** 2 - 7
    return a**2 + b**2, np.array([4 * a * x[0] + 2 * b, 2 * a + 4 * b * x[1]])


def beale(x):
    power = np.array([1, 2, 3])
    r = np.array([1.5, 2.25, 2.625]) - x[0] + x[0] * x[1] ** power
    return r @ r, np.array([2 * r @ (x[1] ** power - 1), 2 * r @ (x[0] * power * x[1] ** (power - 1))])


def narrow(x):
    c, s = np.cos(TILT), np.sin(TILT)
    R = np.array([[c, s], [-s, c]])
    A = R.T @ np.diag([1.0, 1000.0]) @ R
    return 0.5 * x @ A @ x, A @ x


def logistic(x):
    X, y = np.column_stack([FEATURE, np.ones(len(FEATURE))]), np.array(LABELS)
    z = X @ x
    return np.mean(np.logaddexp(0, z) - y * z), X.T @ (expit(z) - y) / len(y)


FUNCTIONS = {
    "rosenbrock": (ROSENBROCK, lambda x: (optimize.rosen(x), optimize.rosen_der(x))),
    "himmelblau": (HIMMELBLAU, himmelblau),
    "beale": (BEALE, beale),
    "narrow quadratic": (quadratic_bowl(1000, TILT), narrow),
    "logistic": (LOGISTIC, logistic),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_minimum_as_scipy_in_about_as_many_steps(method, name):
    f, numpy_f = FUNCTIONS[name]
    ours = METHODS[method](f, f.start)
    theirs = optimize.minimize(numpy_f, f.start, jac=True, method=method, options={"gtol": 1e-4})
    assert ours.stopped == "converged"
    assert np.max(np.abs(numpy_f(ours.path[-1].astype("float64"))[1])) < 3e-4  # the gradient, in float64
    assert ours.value == pytest.approx(theirs.fun, abs=1e-5)
    np.testing.assert_allclose(ours.path[-1], theirs.x, atol=2e-2)
    assert ours.steps <= 1.5 * theirs.nit + 5
    # SciPy computes in float64; in float32 rounding decides the last searches (narrow quadratic, CG on JAX: 43).
    assert ours.evaluations <= 1.5 * theirs.nfev + 30


@pytest.mark.parametrize("name", ["rosenbrock", "narrow quadratic", "logistic"])
def test_newton_finds_scipys_minimum(name):
    f, numpy_f = FUNCTIONS[name]
    start = [0.4, 0.3] if name == "rosenbrock" else f.start
    ours = newton(f, start)
    theirs = optimize.minimize(numpy_f, start, jac=True, method="Newton-CG", options={"xtol": 1e-8})
    assert ours.stopped == "converged"
    np.testing.assert_allclose(ours.path[-1], theirs.x, atol=1e-3)
    assert ours.steps <= theirs.nit + 2  # the Hessian itself, where SciPy has only differences
    assert ours.products == 2 * ours.steps


@pytest.mark.parametrize("name", ["himmelblau", "beale", "logistic"])
def test_levenberg_ends_in_a_minimum_wherever_it_starts(name):
    f, _ = FUNCTIONS[name]
    ours = levenberg(f, f.start)
    assert ours.stopped == "converged"
    assert np.min(np.linalg.norm(f.minima - ours.path[-1], axis=1)) < 2e-3
    assert all(np.diff(ours.values) <= 1e-6 * np.abs(ours.values[:-1]))


def test_values_never_rise_and_the_counts_are_right(monkeypatch):
    monkeypatch.setattr(course, "compiled", lambda f: f)  # a compiled function runs in Python only once
    for method in METHODS.values():
        seen = []

        def f(x, seen=seen):
            seen.append(1)
            return HIMMELBLAU(x)

        descent = method(f, HIMMELBLAU.start)
        assert len(seen) == descent.evaluations
        assert np.all(np.diff(descent.values) <= 0)
        assert len(descent.path) == descent.steps + 1


def test_max_steps_and_a_minimum_at_the_start():
    assert bfgs(ROSENBROCK, ROSENBROCK.start, max_steps=3).stopped == "max_steps"
    still = lbfgs(ROSENBROCK, [1.0, 1.0])
    assert (still.stopped, still.steps, still.evaluations) == ("converged", 0, 1)


def test_mistakes_are_said_in_words():
    with pytest.raises(ValueError, match="at least one step"):
        lbfgs(ROSENBROCK, ROSENBROCK.start, memory=0)
    with pytest.raises(ValueError, match=r"shape \(features,\)"):
        bfgs(ROSENBROCK, [[1.0, 1.0]])
    with pytest.raises(ValueError, match="positive"):
        levenberg(ROSENBROCK, ROSENBROCK.start, damping=0.0)
