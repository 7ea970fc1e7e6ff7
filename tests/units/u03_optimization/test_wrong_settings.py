"""Columns that would be broadcast, and settings without a meaning, are named; each gave a number, or NaN, before."""

import numpy as np
import pytest
from keras import ops

from units import u03_optimization as u03
from units.u03_optimization.line_search import armijo, strong_wolfe
from units.u03_optimization.newton import levenberg_step

NAN, INF = float("nan"), float("inf")
A = np.array([[2.0, 0.0], [0.0, 3.0]], "float32")
COLUMN, VECTOR = [[1.0], [2.0]], [1.0, 2.0]


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: u03.conjugate_gradient(A, VECTOR, start=COLUMN), "b and start have shape"),
        (lambda: u03.conjugate_gradient(A, [1.0, 2.0, 3.0]), r"A has shape \(3, 3\)"),
        (lambda: u03.conjugate_gradient(A, [NAN, 1.0]), "NaN or infinity"),
        (lambda: u03.conjugate_gradient_bound(INF, 3), "at least 1 and finite"),
        (lambda: u03.exact_step(A, VECTOR, [[-1.0], [-2.0]]), "exact_step: A has shape"),
        (lambda: u03.chord_gap(lambda v: v[..., 0] ** 2, COLUMN, COLUMN, [[0.5], [0.5]]), "the weight η"),
        (lambda: u03.noise_ball(0.1, VECTOR, COLUMN), "noise_ball: curvatures > 0"),
        (lambda: u03.noise_ball(0.1, [-1.0, 2.0], VECTOR), "noise_ball: curvatures > 0"),
        (lambda: u03.noise_ball(NAN, VECTOR, VECTOR), "α must be > 0"),
        (lambda: u03.measured_rate(np.zeros(20)), "first is positive"),
        (lambda: levenberg_step(COLUMN, A, 0.1), "levenberg_step: the gradient has shape"),
        (lambda: levenberg_step(VECTOR, A, -5.0), "the damping must be positive"),
        (lambda: u03.inverse_update(np.eye(2), COLUMN, VECTOR), "inverse_update: B has shape"),
        (lambda: u03.two_loop(VECTOR, np.zeros((0, 2)), np.zeros((0, 2))), "two_loop needs S and Y"),
        (lambda: u03.LBFGS(tolerance=NAN), "tolerance must be a number ≥ 0"),
        (lambda: u03.LBFGS(memory=None), "memory must be a positive whole number"),
        (lambda: u03.LBFGS(memory=NAN), "memory must be a positive whole number"),
        (lambda: u03.logistic_loss(penalty=NAN), "penalty must be a number ≥ 0"),
        (lambda: u03.optimizer_descent(u03.BOWL, u03.BOWL.start, [u03.SGD(0.1)], 0), "steps must be"),
        (lambda: u03.top_eigenvalue(ops.sum, [np.ones(3)], steps=0), "steps must be"),
        (lambda: armijo(lambda step: step**2, 1.0, -1.0, step=-1.0), "first step of a line search"),
        (lambda: strong_wolfe(lambda step: (0.0, 0.0), 1.0, -1.0, step=NAN), "first step of a line search"),
    ],
)
def test_a_setting_without_a_meaning_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.backend_independent
def test_what_stays_possible():
    """A column of right-hand sides in conjugate gradients, one weight for all chords, sizes of NumPy."""
    theta, _ = u03.conjugate_gradient(A, COLUMN)
    np.testing.assert_allclose(ops.convert_to_numpy(theta), [[0.5], [2 / 3]], rtol=1e-5)
    gap = u03.chord_gap(lambda v: v[..., 0] ** 2, [[-1.0], [0.0]], [[1.0], [2.0]], 0.5)
    np.testing.assert_allclose(ops.convert_to_numpy(gap), [1.0, 1.0])
    assert u03.LBFGS(memory=np.int64(3)).get_config()["memory"] == 3


@pytest.mark.parametrize("method", [u03.bfgs, u03.lbfgs, u03.nonlinear_conjugate_gradient])
def test_a_gradient_whose_square_overflows(method):
    """The length 1e21 has a square that float32 does not hold; the first step was 1/∞ = 0, and 1/0 an error."""
    descent = method(lambda x: 1e20 * ops.sum(ops.square(x)), [3.0, 4.0])
    assert descent.stopped == "no lower point on the line"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("module", [u03.dual, u03.tape], ids=["dual", "tape"])
def test_the_mean_of_more_numbers_than_half_precision_counts(module, dtype):
    x = ops.ones((70_000,), dtype=dtype)
    if module is u03.dual:
        slope = u03.dual.mean(u03.Dual(x, 1.0)).tangent
        assert float(slope) == pytest.approx(1, rel=0.02)
    else:
        _, (gradient,) = u03.tape.value_and_grad(u03.tape.mean, [x])
        assert float(gradient[0]) == pytest.approx(1 / 70_000, rel=0.02)
