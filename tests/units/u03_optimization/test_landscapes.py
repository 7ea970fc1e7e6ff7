import numpy as np
import pytest
from keras import ops
from scipy.optimize import rosen_hess

from units.u03_optimization.condition_number import condition_number, curvature_bounds
from units.u03_optimization.convexity import chord_gap, is_positive_semidefinite, share_below_graph
from units.u03_optimization.loss_surface import loss_surface, random_direction
from units.u03_optimization.stationary_points import (
    classify,
    eigenvalues,
    find_stationary_points,
    gradient,
    hessian,
)
from units.u03_optimization.test_functions import BOWL, HIMMELBLAU, LOGISTIC, ROSENBROCK, SADDLE


def number(tensor):
    return ops.convert_to_numpy(tensor)


def test_hessians_of_many_points_are_scipys():
    x = np.random.default_rng(0).uniform(-1.5, 1.5, size=(3, 2)).astype("float32")
    H = number(hessian(ROSENBROCK, x))
    for point, got in zip(x.astype("float64"), H, strict=True):
        np.testing.assert_allclose(got, rosen_hess(point), rtol=1e-5, atol=1e-2)
    np.testing.assert_allclose(number(hessian(ROSENBROCK, x[1])), H[1], rtol=1e-5)
    np.testing.assert_allclose(number(gradient(BOWL, x)), x * [1, 10], rtol=1e-6)


@pytest.mark.parametrize(
    ("diagonal", "name"),
    [
        ([1.0, 3.0], "minimum"),
        ([-1.0, -3.0], "maximum"),
        ([-1e-3, 3.0], "saddle"),
        ([0.0, 3.0], "degenerate"),
        ([0.0, 0.0], "degenerate"),
        ([-1.0, 0.0, 2.0], "saddle"),
        ([-2.0], "maximum"),
    ],
)
def test_stationary_points_by_the_signs_of_the_eigenvalues(diagonal, name):
    Q = np.linalg.qr(np.random.default_rng(1).normal(size=(len(diagonal),) * 2))[0]
    assert classify(Q @ np.diag(diagonal) @ Q.T) == name


def test_in_one_dimension_small_needs_a_scale():
    assert classify([[1e-4]]) == "minimum"
    assert classify([[1e-4]], tolerance=1e-2, scale=3.0) == "degenerate"


def test_himmelblau_has_nine_stationary_points():
    first, second = np.meshgrid(np.linspace(-5, 5, 7), np.linspace(-5, 5, 7))
    found = find_stationary_points(HIMMELBLAU, np.stack([first.ravel(), second.ravel()], axis=1))
    kinds = [classify(hessian(HIMMELBLAU, point.astype("float32"))) for point in found]
    assert sorted(kinds) == ["maximum"] + 4 * ["minimum"] + 4 * ["saddle"]
    assert kinds[:4] == 4 * ["minimum"]  # sorted by value
    for minimum in HIMMELBLAU.minima:
        assert np.linalg.norm(found[:4] - minimum, axis=1).min() < 1e-4
    np.testing.assert_allclose(found[-1], [-0.270845, -0.923039], atol=1e-4)


def test_points_that_did_not_converge_are_left_out():
    slope = lambda x: x[..., 0] + 0 * ops.sum(x**2, axis=-1)  # noqa: E731  no stationary point at all
    assert find_stationary_points(slope, np.zeros((3, 2)), steps=5).shape == (0, 2)
    with pytest.raises(ValueError, match="starts"):
        find_stationary_points(BOWL, np.zeros(2))


def test_chord_gap_of_a_square_is_known():
    """For C(x) = x² the gap is λ(1 − λ)(x − y)²."""
    rng = np.random.default_rng(2)
    x, y, w = rng.normal(size=(5, 1)), rng.normal(size=(5, 1)), rng.uniform(size=5)
    got = number(chord_gap(lambda t: t[..., 0] ** 2, x, y, w))
    np.testing.assert_allclose(got, w * (1 - w) * (x - y)[:, 0] ** 2, atol=1e-6)
    with pytest.raises(ValueError, match="between 0 and 1"):
        chord_gap(BOWL, np.zeros(2), np.ones(2), 1.5)


def test_chords_tell_convex_functions_from_others():
    share = {
        f.name: share_below_graph(f, f.domain, np.random.default_rng(0))
        for f in (BOWL, LOGISTIC, HIMMELBLAU, SADDLE)
    }
    assert share["quadratic bowl, κ = 10"] == share["logistic loss"] == 0
    assert share["Himmelblau"] > 0.2
    assert share["saddle"] > 0.05
    assert share_below_graph(lambda x: -BOWL(x), BOWL.domain, np.random.default_rng(0)) > 0.98


def test_positive_semidefinite():
    assert is_positive_semidefinite([[1.0, 1.0], [1.0, 1.0]])
    assert not is_positive_semidefinite([[1.0, 1.1], [1.1, 1.0]])
    assert not is_positive_semidefinite([[0.0, 0.0], [0.0, -1e-9]])


def test_condition_number_is_numpys():
    A = np.random.default_rng(3).normal(size=(6, 4))
    H = A.T @ A
    assert condition_number(H) == pytest.approx(np.linalg.cond(H))
    m, L = curvature_bounds(H)
    v = np.random.default_rng(4).normal(size=(200, 4))
    curvature = np.einsum("ki,ij,kj->k", v, H, v) / np.sum(v**2, axis=1)
    assert m <= curvature.min() <= curvature.max() <= L
    assert curvature_bounds([[1.0, 0.0], [0.0, -2.0]]) == (-2, 1)


@pytest.mark.parametrize("function", [classify, eigenvalues, is_positive_semidefinite, condition_number])
def test_what_is_no_hessian_is_refused(function):
    with pytest.raises(ValueError, match="square"):
        function(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="symmetric"):
        function([[1.0, 2.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="NaN"):
        function([[1.0, np.nan], [np.nan, 1.0]])


def test_no_condition_number_without_a_bowl():
    for H in (np.diag([1.0, -1.0]), np.diag([1.0, 0.0])):
        with pytest.raises(ValueError, match="positive definite"):
            condition_number(H)


def test_random_directions_are_as_large_as_the_weights_unit_by_unit():
    rng = np.random.default_rng(5)
    weights = [rng.normal(size=(4, 3)) * [1, 10, 100], np.zeros(3), np.array([3.0, 4.0])]
    kernel, zero, bias = random_direction(weights, rng)
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), np.linalg.norm(weights[0], axis=0), rtol=1e-5)
    np.testing.assert_array_equal(zero, 0)
    assert np.linalg.norm(bias) == pytest.approx(5)
    assert not np.allclose(kernel / weights[0], (kernel / weights[0])[0, 0])


def test_loss_surface_is_the_loss_at_each_point_of_the_plane():
    rng = np.random.default_rng(6)
    weights = [rng.normal(size=(2, 3)), rng.normal(size=3)]
    first, second = random_direction(weights, rng), random_direction(weights, rng)
    a, b = np.linspace(-1, 1, 4), np.linspace(-2, 2, 3)
    got = loss_surface(
        lambda w: ops.sum(w[0] ** 3, axis=(1, 2)) + ops.sum(ops.sin(w[1]), axis=1),
        weights,
        first,
        second,
        a,
        b,
    )
    assert got.shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        kernel, bias = (w + a[j] * d + b[i] * e for w, d, e in zip(weights, first, second, strict=True))
        assert got[i, j] == pytest.approx(np.sum(kernel**3) + np.sum(np.sin(bias)), rel=1e-4, abs=1e-4)
    with pytest.raises(ValueError, match="each direction"):
        loss_surface(lambda w: w, weights, first[:1], second, a, b)
