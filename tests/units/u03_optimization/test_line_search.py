"""Line searches against closed forms and SciPy's."""

import numpy as np
import pytest
from keras import ops
from scipy import optimize

from units.u03_optimization.line_search import (
    armijo,
    between,
    exact_step,
    flat_enough,
    strong_wolfe,
    sufficient_decrease,
)
from units.u03_optimization.wolfe_loop import strong_wolfe_loop

# φ(α) with φ'(0) < 0: a parabola, a long way to go, a wall, a wiggle with several minima (as polynomials and sines)
LINES = {
    "parabola": (lambda a: (a - 0.7) ** 2, lambda a: 2 * (a - 0.7)),
    "far": (lambda a: (a / 50 - 1) ** 4 - a / 500, lambda a: 4 * (a / 50 - 1) ** 3 / 50 - 1 / 500),
    "wall": (lambda a: np.exp(12 * (a - 0.3)) - a, lambda a: 12 * np.exp(12 * (a - 0.3)) - 1),
    "wiggle": (lambda a: np.sin(9 * a) / 9 + a**2 - 1.4 * a, lambda a: np.cos(9 * a) + 2 * a - 1.4),
}


def counted(name):
    value, slope = LINES[name]
    calls = []

    def phi(a):
        calls.append(a)
        return float(value(a)), float(slope(a))

    return phi, float(value(0.0)), float(slope(0.0)), calls


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("c2", [0.1, 0.9])
@pytest.mark.parametrize("first", [0.01, 1.0])
def test_strong_wolfe_meets_both_conditions(name, c2, first):
    phi, phi0, slope0, calls = counted(name)
    step = strong_wolfe(phi, phi0, slope0, first, c2=c2)
    value, slope = phi(step)
    assert value <= phi0 + 1e-4 * step * slope0 + 1e-6 * abs(phi0)
    assert abs(slope) <= c2 * abs(slope0)
    assert len(calls) <= 22


@pytest.mark.parametrize("name", LINES)
def test_scipys_step_meets_our_conditions_and_is_as_low(name):
    value, slope = LINES[name]
    phi, phi0, slope0, _ = counted(name)
    result = optimize.line_search(
        lambda x: value(x[0]), lambda x: np.array([slope(x[0])]), np.zeros(1), np.ones(1), c2=0.1, maxiter=30
    )
    theirs = result[0]
    assert sufficient_decrease(value(theirs), phi0, slope0, theirs)
    assert flat_enough(slope(theirs), slope0, 0.1)
    ours = strong_wolfe(phi, phi0, slope0, c2=0.1)
    assert value(ours) <= value(theirs) + 0.1 * (phi0 - value(theirs))


@pytest.mark.parametrize("shrink", [0.3, 0.5, 0.8])
def test_armijo_takes_the_first_trial_that_is_low_enough(shrink):
    phi, phi0, slope0, calls = counted("wall")
    step = armijo(phi, phi0, slope0, step=4.0, c1=0.2, shrink=shrink)
    trials = 4.0 * shrink ** np.arange(40)
    value = LINES["wall"][0](trials)
    low = value <= phi0 + 0.2 * trials * slope0
    assert step == pytest.approx(trials[low.argmax()])
    assert len(calls) == low.argmax() + 1


def test_armijo_takes_a_function_of_values_only():
    assert armijo(lambda a: (a - 1) ** 2, 1.0, -2.0) == 1.0


def test_a_line_that_only_rises_gives_no_step():
    assert armijo(lambda a: 1 + a, 1.0, -1.0) == 0.0
    assert strong_wolfe(lambda a: (1 + a, 1.0), 1.0, -1.0) == 0.0


def test_infinite_and_undefined_values_are_backed_away_from():
    def phi(a):
        return (a**2 - a, 2 * a - 1) if a < 2 else (np.nan, np.nan)

    assert 0 < armijo(phi, 0.0, -1.0, step=64.0) < 1
    assert strong_wolfe(phi, 0.0, -1.0, 64.0, c2=0.1) == pytest.approx(0.5, abs=0.05)


def test_the_cubic_through_two_ends_is_hit_exactly():
    p = np.polynomial.Polynomial([1.0, -2.0, -0.5, 1.0])  # its minimum is at 1
    dp = p.deriv()
    minimum = max(dp.roots())
    assert between((0.0, p(0), dp(0)), (2.0, p(2), dp(2))) == pytest.approx(minimum)
    assert between((0.0, p(0), dp(0)), (2.0, p(2), dp(2)), bisect=True) == 1.0


def test_the_exact_step_is_the_minimum_on_the_line():
    rng = np.random.default_rng(1)
    Q = rng.normal(size=(4, 4))
    A, b, x, d = Q @ Q.T + np.eye(4), rng.normal(size=4), rng.normal(size=4), rng.normal(size=4)
    got = exact_step(*(a.astype("float32") for a in (A, A @ x - b, d)))
    C = lambda t: 0.5 * (x + t * d) @ A @ (x + t * d) - b @ (x + t * d)  # noqa: E731
    assert float(got) == pytest.approx(optimize.minimize_scalar(C).x, rel=1e-4)


def test_mistakes_are_said_in_words():
    phi = lambda a: (a, 1.0)  # noqa: E731
    for search in (armijo, strong_wolfe):
        with pytest.raises(ValueError, match="descent direction"):
            search(phi, 0.0, 1.0)
    with pytest.raises(ValueError, match="c1 < c2"):
        strong_wolfe(phi, 0.0, -1.0, c1=0.5, c2=0.2)
    with pytest.raises(ValueError, match="shrink"):
        armijo(phi, 0.0, -1.0, shrink=1.0)
    with pytest.raises(ValueError, match="no minimum"):
        exact_step(-np.eye(2, dtype="float32"), np.ones(2, "float32"), np.ones(2, "float32"))


TENSOR_LINES = {
    "parabola": (lambda a: (a - 0.7) ** 2, lambda a: 2 * (a - 0.7)),
    "far": (lambda a: (a / 50 - 1) ** 4 - a / 500, lambda a: 4 * (a / 50 - 1) ** 3 / 50 - 1 / 500),
    "wall": (lambda a: ops.exp(12 * (a - 0.3)) - a, lambda a: 12 * ops.exp(12 * (a - 0.3)) - 1),
    "wiggle": (lambda a: ops.sin(9 * a) / 9 + a**2 - 1.4 * a, lambda a: ops.cos(9 * a) + 2 * a - 1.4),
}


@pytest.mark.parametrize(
    ("name", "c2", "first"),
    [("parabola", 0.1, 1.0), ("far", 0.9, 0.05), ("wall", 0.1, 1.0), ("wiggle", 0.1, 0.05)],
)
def test_the_loop_of_tensors_takes_the_steps_of_the_plain_search(name, c2, first):
    value, slope = TENSOR_LINES[name]

    def look(theta):
        return value(theta[0]), slope(theta)

    theta = ops.zeros((1,))
    phi, phi0, slope0, calls = counted(name)
    expected = strong_wolfe(phi, phi0, slope0, first, c2=c2)
    step, phi_a, gradient, trials = strong_wolfe_loop(
        look, theta, ops.ones((1,)), *look(theta), ops.convert_to_tensor(first), c2=c2
    )
    assert float(step) == pytest.approx(expected, rel=1e-3)
    assert int(trials) == len(calls)
    assert float(phi_a) == pytest.approx(phi(expected)[0], rel=1e-3, abs=1e-5)
    assert float(gradient[0]) == pytest.approx(phi(expected)[1], rel=1e-2, abs=2e-3)


def test_the_loop_says_zero_where_nothing_is_lower():
    def look(theta):
        return ops.where(theta[0] == 0, 1.0, 2.0 + theta[0]), -ops.ones((1,))

    theta = ops.zeros((1,))
    step, value, gradient, trials = strong_wolfe_loop(
        look, theta, ops.ones((1,)), *look(theta), ops.convert_to_tensor(1.0), max_trials=7
    )
    assert (float(step), float(value), float(gradient[0]), int(trials)) == (0.0, 1.0, -1.0, 7)
