import numpy as np
import pytest
from keras import ops
from scipy.special import expit, log_expit
from scipy.special import logit as scipy_logit

import course
from units.u02_logistic_softmax import (
    decide,
    log_odds,
    log_sigmoid,
    logit,
    odds,
    odds_ratio,
    sigmoid,
    sigmoid_model,
    softplus,
)

FAR = np.array([-1e30, -1000.0, -90.0, -20.0, -1.0, -1e-6, 0.0, 1e-6, 1.0, 20.0, 90.0, 1000.0, 1e30])


def number(tensor):
    return ops.convert_to_numpy(tensor)


def test_sigmoid_is_scipys_for_logits_of_any_size():
    z = FAR.astype("float32")
    np.testing.assert_allclose(number(sigmoid(z)), expit(z), rtol=1e-6, atol=1e-38)


def test_sigmoid_keeps_relative_precision_in_the_left_tail():
    z = np.linspace(-80, -10, 50).astype("float32")
    np.testing.assert_allclose(number(sigmoid(z)), expit(z.astype("float64")), rtol=1e-5)


def test_log_sigmoid_and_softplus_are_scipys():
    z = FAR.astype("float32")
    wide = z.astype("float64")
    np.testing.assert_allclose(number(log_sigmoid(z)), log_expit(wide), rtol=2e-6, atol=1e-38)
    np.testing.assert_allclose(number(softplus(z)), -log_expit(-wide), rtol=2e-6, atol=1e-38)


@pytest.mark.parametrize(("f", "slope"), [(sigmoid, lambda p: p * (1 - p)), (softplus, lambda p: p)])
def test_autodiff_slopes_are_right_everywhere_even_at_zero(f, slope):
    """Training from zero weights starts at z = 0, the seam of the two branches."""
    z = np.array([-200.0, -3.0, 0.0, 2.0, 200.0], "float32")
    got = course.grad(lambda t: ops.sum(f(t)))(ops.convert_to_tensor(z))
    np.testing.assert_allclose(number(got), slope(expit(z)), rtol=1e-5, atol=1e-7)


def test_log_odds_undo_the_sigmoid():
    z = np.linspace(-6, 6, 25).astype("float32")
    np.testing.assert_allclose(number(log_odds(sigmoid(z))), z, rtol=1e-4, atol=1e-6)
    p = np.array([1e-7, 0.2, 0.5, 0.9], "float32")
    np.testing.assert_allclose(number(log_odds(p)), scipy_logit(p.astype("float64")), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(number(odds(p)), np.exp(scipy_logit(p.astype("float64"))), rtol=1e-5)


def test_odds_ratio_does_not_depend_on_where_one_starts():
    w, b, delta = np.array([0.7, -1.2], "float32"), 0.3, 0.5
    x = np.random.default_rng(0).normal(size=(6, 2)).astype("float32")
    moved = x + np.array([0, delta], "float32")
    ratio = number(odds(sigmoid_model(moved, w, b))) / number(odds(sigmoid_model(x, w, b)))
    np.testing.assert_allclose(ratio, number(odds_ratio(w, delta))[1], rtol=1e-4)


def test_sigmoid_model_is_the_definition_for_a_batch():
    x = np.array([[1.0, 2.0], [0.0, 0.0], [-3.0, 1.0]], "float32")
    w, b = np.array([0.5, -1.0], "float32"), 0.25
    z = np.array([0.5 - 2 + 0.25, 0.25, -1.5 - 1 + 0.25])
    np.testing.assert_allclose(number(logit(x, w, b)), z, rtol=1e-6)
    np.testing.assert_allclose(number(sigmoid_model(x, w, b)), 1 / (1 + np.exp(-z)), rtol=1e-6)


def test_a_threshold_moves_the_boundary_to_the_log_odds_of_it():
    z = np.linspace(-3, 3, 101).astype("float32")
    for threshold in (0.5, 0.8):
        above = z > np.log(threshold / (1 - threshold))
        np.testing.assert_array_equal(number(decide(sigmoid(z), threshold)), above.astype("int32"))
    assert int(decide([0.5])[0]) == 0
