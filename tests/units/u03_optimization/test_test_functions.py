import numpy as np
import pytest
from keras import ops
from scipy.optimize import minimize, rosen, rosen_der

import course
from units.u03_optimization.test_functions import (
    BEALE,
    BOWL,
    FEATURE,
    HIMMELBLAU,
    LABELS,
    LOGISTIC,
    ROSENBROCK,
    SADDLE,
    TEST_FUNCTIONS,
    TestFunction,
    logistic_loss,
    quadratic_bowl,
)

POINTS = np.random.default_rng(3).uniform(-1.5, 1.5, size=(4, 2)).astype("float32")


def number(tensor):
    return ops.convert_to_numpy(tensor)


def beale_gradient(p):
    a, b = p
    u = np.array([1.5 - a + a * b, 2.25 - a + a * b**2, 2.625 - a + a * b**3])
    return 2 * u @ np.array([[b - 1, a], [b**2 - 1, 2 * a * b], [b**3 - 1, 3 * a * b**2]])


def himmelblau_gradient(p):
    a, b = p
    u, v = a**2 + b - 11, a + b**2 - 7
    return np.array([4 * a * u + 2 * v, 2 * u + 4 * b * v])


def logistic_gradient(p):
    x, y = np.array(FEATURE), np.array(LABELS)
    slope = (1 / (1 + np.exp(-(p[0] * x + p[1]))) - y) / len(y)
    return np.array([slope @ x, slope.sum()])


CLOSED_FORM = {
    BOWL: lambda p: np.array([p[0], 10 * p[1]]),
    ROSENBROCK: rosen_der,
    HIMMELBLAU: himmelblau_gradient,
    BEALE: beale_gradient,
    SADDLE: lambda p: np.array([2 * p[0], -2 * p[1] + 2 * p[1] ** 3]),
    LOGISTIC: logistic_gradient,
}


@pytest.mark.parametrize("f", CLOSED_FORM, ids=lambda f: f.name)
def test_gradient_of_the_backend_is_the_closed_form(f):
    for point in POINTS:
        expected = CLOSED_FORM[f](point.astype("float64"))
        got = number(course.grad(f)(point))
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("f", CLOSED_FORM, ids=lambda f: f.name)
def test_minima_are_stationary_and_lowest_around(f):
    ring = 0.05 * np.stack([np.cos(np.arange(8)), np.sin(np.arange(8))], axis=1)
    for minimum in f.minima:
        assert np.abs(CLOSED_FORM[f](minimum)).max() < 1e-8
        here = number(f(minimum.astype("float32")))
        assert (number(f((minimum + ring).astype("float32"))) > here).all()
        for (low, high), coordinate in zip(f.domain, minimum, strict=True):
            assert low < coordinate < high


def test_values_against_scipy_and_by_hand():
    np.testing.assert_allclose(number(ROSENBROCK(POINTS)), rosen(POINTS.T), rtol=1e-5)
    assert float(HIMMELBLAU([0.0, 0.0])) == 170
    assert float(BEALE([1.0, 1.0])) == pytest.approx(14.203125)
    assert float(SADDLE([0.0, 1.0])) == -0.5
    assert float(BOWL([2, 1])) == 7  # whole numbers are taken as floats


def test_every_function_takes_one_point_or_a_grid_of_them():
    grid = POINTS.reshape(2, 2, 2)
    for f in TEST_FUNCTIONS.values():
        values = number(f(grid))
        assert values.shape == (2, 2)
        single = number(f(grid[1, 0]))
        assert single.shape == ()
        assert values[1, 0] == pytest.approx(float(single), rel=1e-5)


def test_a_bowl_has_the_condition_number_it_was_asked_for():
    for kappa, angle in ((1, 0.0), (25, 0.0), (100, 0.7)):
        f = quadratic_bowl(kappa, angle)
        H = np.stack(
            [number(course.hvp(f, f.start.astype("float32"), e)[0]) for e in np.eye(2, dtype="float32")]
        )
        np.testing.assert_allclose(np.linalg.eigvalsh(H), [1, kappa], rtol=1e-4)
        assert float(f(f.start.astype("float32"))) == pytest.approx((4 + kappa) / 2, rel=1e-5)


def test_logistic_minimum_is_scipys():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=40), rng.integers(2, size=40)
    for penalty in (0.0, 0.3):
        f = logistic_loss(x, y, penalty)
        found = minimize(
            lambda t, p=penalty: (
                np.mean(np.logaddexp(0, t[0] * x + t[1]) - y * (t[0] * x + t[1])) + p / 2 * t[0] ** 2
            ),
            np.zeros(2),
            tol=1e-10,
        )
        np.testing.assert_allclose(f.minima[0], found.x, atol=1e-4)
        assert float(f(f.minima[0].astype("float32"))) == pytest.approx(found.fun, rel=1e-5)


def test_separable_classes_have_no_minimum_without_a_penalty():
    x, y = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0, 0, 1, 1])
    with pytest.raises(ValueError, match="no minimum"):
        logistic_loss(x, y)
    assert logistic_loss(x, y, penalty=0.1).minima[0, 0] > 0


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="two variables"):
        ROSENBROCK(np.zeros(3, "float32"))
    with pytest.raises(ValueError, match="two variables"):
        ROSENBROCK(1.0)
    with pytest.raises(ValueError, match="L/m"):
        quadratic_bowl(0.5)
    with pytest.raises(ValueError, match="both x and y"):
        logistic_loss(x=[1.0])
    with pytest.raises(ValueError, match="0 and 1"):
        logistic_loss([1.0, 2.0], [1, 2])
    with pytest.raises(ValueError, match='"linear" or "log"'):
        TestFunction("f", lambda a, b: a, [[0, 0]], ((0, 1), (0, 1)), [0, 0], levels="cubic")
