import numpy as np
import pytest
from keras import ops
from scipy.differentiate import derivative

from units.u03_optimization.difference_quotients import (
    best_central_step,
    best_forward_step,
    central_difference,
    complex_step,
    forward_difference,
)
from units.u03_optimization.worked_function import gradient_by_hand, worked

X = np.array([0.3, 1.1])


def f(x):
    return np.exp(x) * np.sin(3 * x)


SLOPE = np.exp(X) * (np.sin(3 * X) + 3 * np.cos(3 * X))


@pytest.mark.parametrize(
    ("way", "step", "tolerance"),
    [(forward_difference, 1e-8, 1e-6), (central_difference, 1e-5, 1e-9), (complex_step, 1e-100, 1e-15)],
)
def test_quotients_at_a_good_step(way, step, tolerance):
    np.testing.assert_allclose(way(f, X, step), SLOPE, rtol=tolerance)


@pytest.mark.parametrize(
    ("way", "steps", "lost"), [(forward_difference, -8, 1 / 2), (central_difference, -5, 1 / 3)]
)
def test_the_best_step_loses_half_of_the_digits_or_a_third(way, steps, lost):
    x = np.linspace(0.5, 1.5, 1001)
    true = np.exp(x) * (np.sin(3 * x) + 3 * np.cos(3 * x))
    errors = [np.median(np.abs(way(f, x, 10.0 ** (steps + k / 2)) / true - 1)) for k in range(-4, 5)]
    digits = -np.log10(2.0**-52)
    assert 1 + np.log10(min(errors)) / digits == pytest.approx(lost, abs=0.06)


@pytest.mark.parametrize(
    ("way", "order"), [(forward_difference, 1), (central_difference, 2), (complex_step, 2)]
)
def test_half_the_step_is_worth_its_order(way, order):
    errors = [np.abs(way(f, X, h) - SLOPE) for h in (2e-3, 1e-3)]
    np.testing.assert_allclose(np.log2(errors[0] / errors[1]), order, atol=0.02)


def test_what_is_exact():
    assert forward_difference(lambda x: 3 * x, 0.1, 0.25) == pytest.approx(3, rel=1e-14)
    assert central_difference(lambda x: x**2, 0.7, 0.25) == pytest.approx(1.4, rel=1e-14)


def test_best_steps_are_where_their_bound_is_least():
    value, second, third, epsilon = 2.0, -3.0, 0.7, 1e-16
    h = np.geomspace(1e-12, 1e-1, 20001)
    forward = h * abs(second) / 2 + epsilon * value / h
    assert best_forward_step(value, second, epsilon) == pytest.approx(h[forward.argmin()], rel=2e-3)
    central = h**2 * third / 6 + epsilon * value / h
    assert best_central_step(value, third, epsilon) == pytest.approx(h[central.argmin()], rel=2e-3)


@pytest.mark.parametrize("way", [forward_difference, central_difference, complex_step])
def test_a_step_is_positive(way):
    for step in (0.0, -1e-3):
        with pytest.raises(ValueError, match="positive"):
            way(f, 1.0, step)


def test_the_gradient_by_hand_is_scipys():
    for x1, x2 in ((1.5, 0.5), (0.4, -1.2)):
        by_hand = gradient_by_hand(x1, x2)
        first = derivative(lambda v, x2=x2: worked(np, v, x2), x1)
        second = derivative(lambda v, x1=x1: worked(np, x1, v), x2)
        np.testing.assert_allclose(by_hand, [first.df, second.df], rtol=1e-8)
        assert float(worked(ops, x1, x2)) == pytest.approx(worked(np, x1, x2), rel=1e-5)
