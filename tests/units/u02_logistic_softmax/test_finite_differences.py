import numpy as np
import pytest

from units.u02_logistic_softmax import numerical_gradient, relative_error


def test_gradient_of_a_matrix_function():
    theta = np.random.default_rng(0).normal(size=(2, 3))
    got = numerical_gradient(lambda t: np.sum(np.sin(t) * t), theta)
    np.testing.assert_allclose(got, np.cos(theta) * theta + np.sin(theta), rtol=1e-8)
    assert got.shape == (2, 3)


def test_central_differences_are_exact_for_quadratics_whatever_the_step():
    theta = np.array([1.0, -2.0, 0.5])
    for step in (1e-3, 0.5):
        np.testing.assert_allclose(
            numerical_gradient(lambda t: t @ t, theta, step=step), 2 * theta, rtol=1e-9
        )


def test_the_step_suits_the_type():
    """With float64's step float32 would see nothing but rounding."""
    theta = np.array([0.3, 1.7, 200.0], "float32")
    np.testing.assert_allclose(
        numerical_gradient(lambda t: np.sum(np.log(t)), theta), 1 / theta.astype("float64"), rtol=2e-2
    )
    raised = lambda t: np.float32(100) + np.sum(np.log(t))  # noqa: E731  a large value: coarse rounding
    rough = numerical_gradient(raised, theta[:2], step=6e-6)
    fine = numerical_gradient(raised, theta[:2])
    assert relative_error(fine, 1 / theta[:2]) < 5e-3 < 0.02 < relative_error(rough, 1 / theta[:2])


def test_theta_is_left_as_it_was():
    theta = np.ones(3)
    numerical_gradient(lambda t: t.sum(), theta)
    np.testing.assert_array_equal(theta, 1)


def test_whole_numbers_are_refused():
    with pytest.raises(TypeError, match="floats"):
        numerical_gradient(np.sum, np.array([1, 2]))


def test_relative_error():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error(np.zeros(2), np.zeros(2)) == 0
    for a, b in ((np.zeros(2), [np.nan]), (np.array([np.nan, 0.0]), np.zeros(2))):
        assert np.isnan(relative_error(a, np.resize(b, 2)))  # a check would pass with 0
    assert relative_error(
        [np.zeros((2, 2)), np.array([5.0])], [np.zeros((2, 2)), np.array([4.0])]
    ) == pytest.approx(0.2)
    assert relative_error(np.array([1.0]), np.array([-1.0])) == pytest.approx(2)
