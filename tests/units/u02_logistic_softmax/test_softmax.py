import numpy as np
import pytest
import scipy.special
from keras import ops

import course
from units.u02_logistic_softmax import (
    log_softmax,
    log_sum_exp,
    naive_softmax,
    relative_to_last,
    sigmoid_model,
    softmax,
    softmax_model,
)


def number(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(scale=3, size=(5, 4)).astype("float32")


@pytest.mark.parametrize("axis", [-1, 0])
def test_all_three_are_scipys_on_any_axis(z, axis):
    np.testing.assert_allclose(
        number(log_sum_exp(z, axis=axis)), scipy.special.logsumexp(z, axis=axis), rtol=1e-5
    )
    np.testing.assert_allclose(number(softmax(z, axis=axis)), scipy.special.softmax(z, axis=axis), rtol=1e-5)
    np.testing.assert_allclose(
        number(log_softmax(z, axis=axis)), scipy.special.log_softmax(z, axis=axis), rtol=1e-5, atol=1e-6
    )


def test_keepdims_and_one_sample_alone(z):
    assert log_sum_exp(z, keepdims=True).shape == (5, 1)
    assert log_sum_exp(z[0]).shape == ()
    assert softmax(z[0]).shape == (4,)


@pytest.mark.parametrize("c", [-1e4, -100.0, 100.0, 1e4])
def test_softmax_does_not_see_a_shift(z, c):
    z = np.round(z)  # whole numbers, so that z + c is exact in float32
    np.testing.assert_allclose(number(softmax(z + c)), number(softmax(z)), rtol=1e-6)
    np.testing.assert_allclose(number(log_sum_exp(z + c)), number(log_sum_exp(z)) + c, rtol=1e-6)


def test_naive_softmax_breaks_where_the_stable_one_holds():
    z = np.array([[0.0, 89.0], [100.0, 100.0]], "float32")
    assert not np.isfinite(number(naive_softmax(z))).all()
    np.testing.assert_allclose(number(softmax(z)), [[0, 1], [0.5, 0.5]], atol=1e-30)


def test_log_softmax_is_finite_where_the_probability_is_zero():
    np.testing.assert_allclose(number(log_softmax(np.array([0.0, 200.0], "float32"))), [-200, 0])


def test_classes_can_be_ruled_out():
    z = np.array([[0.0, -np.inf, 0.0], [-np.inf, -np.inf, 1.0]], "float32")
    np.testing.assert_allclose(number(softmax(z)), [[0.5, 0, 0.5], [0, 0, 1]])
    np.testing.assert_allclose(number(log_sum_exp(z)), [np.log(2), 1], rtol=1e-6)
    assert number(log_sum_exp(np.full(3, -np.inf, "float32"))) == -np.inf


@pytest.mark.parametrize("row", [[0.3, -1.0, 2.0], [1.0, 1.0, 1.0], [300.0, 300.0, -300.0]])
def test_the_slope_of_log_sum_exp_is_softmax_even_at_ties(row):
    z = ops.convert_to_tensor(np.array(row, "float32"))
    np.testing.assert_allclose(
        number(course.grad(log_sum_exp)(z)), scipy.special.softmax(row), rtol=1e-5, atol=1e-7
    )


def test_softmax_model_has_keras_kernel_transposed():
    rng = np.random.default_rng(1)
    x, W, b = (rng.normal(size=s).astype("float32") for s in ((6, 3), (4, 3), (4,)))
    expected = scipy.special.softmax(x @ W.T + b, axis=1)
    np.testing.assert_allclose(number(softmax_model(x, W, b)), expected, rtol=1e-5)


def test_only_the_differences_to_a_reference_class_count():
    rng = np.random.default_rng(2)
    x, W, b = (rng.normal(size=s).astype("float32") for s in ((6, 3), (2, 3), (2,)))
    V, c = relative_to_last(W, b)
    np.testing.assert_allclose(number(softmax_model(x, V, c)), number(softmax_model(x, W, b)), rtol=1e-5)
    assert np.all(number(V[-1]) == 0)
    assert float(c[-1]) == 0
    # two classes: the sigmoid model, whose positive class is class 0
    np.testing.assert_allclose(
        number(sigmoid_model(x, V[0], c[0])), number(softmax_model(x, W, b))[:, 0], rtol=1e-5
    )


def test_a_column_of_biases_is_refused():
    """As many samples as classes: a column was added to the samples without a word."""
    with pytest.raises(ValueError, match="one bias for each class"):
        softmax_model(np.eye(2), np.eye(2), [[1.0], [2.0]])
