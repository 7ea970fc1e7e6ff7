"""The worked epoch against fractions from paper and against the seam."""

import keras
import numpy as np
from keras import ops

import course
from units.u02_logistic_softmax import worked_epoch as we
from units.u02_logistic_softmax.cross_entropy import cross_entropy
from units.u02_logistic_softmax.softmax_model import logits


def test_first_update_is_what_the_pencil_gives():
    first = we.worked_epoch()[0]
    third = 1 / 3
    np.testing.assert_allclose(first["Ŷ"].value, np.full((2, 3), third), rtol=1e-6)
    np.testing.assert_allclose(first["C"].value, np.log(3), rtol=1e-6)
    np.testing.assert_allclose(first["g"].value, [[-1.5, 0, 0], [0, -1.5, 0]], rtol=1e-6)
    np.testing.assert_allclose(first["J"].value[0], np.eye(3) / 3 - 1 / 9, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        first["D"].value, [[-third, third / 2, third / 2], [third / 2, -third, third / 2]], rtol=1e-5
    )
    np.testing.assert_allclose(
        first["∂C/∂W"].value, [[-2 / 3, third], [third, -2 / 3], [third, third]], rtol=1e-5
    )
    np.testing.assert_allclose(first["W new"].value, [[1, -0.5], [-0.5, 1], [-0.5, -0.5]], rtol=1e-5)
    np.testing.assert_allclose(first["b new"].value, [0.25, 0.25, -0.5], rtol=1e-5)


def test_every_step_equals_the_seam_and_hands_over_its_parameters():
    steps = we.worked_epoch()
    assert len(steps) == 2
    np.testing.assert_array_equal(steps[1]["W"].value, steps[0]["W new"].value)
    np.testing.assert_array_equal(steps[1]["b"].value, steps[0]["b new"].value)
    for lines, batch in zip(steps, ([0, 1], [2, 3]), strict=True):
        W, b = keras.Variable(lines["W"].value), keras.Variable(lines["b"].value)
        value, gradients = course.value_and_grad(
            lambda W=W, b=b, i=batch: ops.mean(cross_entropy(we.Y[i], logits(we.X[i], W, b))), [W, b]
        )
        np.testing.assert_allclose(ops.convert_to_numpy(value), lines["C"].value, rtol=1e-5)
        for symbol, gradient in zip(("∂C/∂W", "∂C/∂b"), gradients, strict=True):
            np.testing.assert_allclose(
                ops.convert_to_numpy(gradient), lines[symbol].value, rtol=1e-4, atol=1e-6
            )


def test_the_jacobian_collapses_to_prediction_minus_label():
    for lines in we.worked_epoch():
        short = (lines["Ŷ"].value - lines["Y"].value) / len(lines["X"].value)
        np.testing.assert_allclose(lines["D"].value, short, rtol=1e-4, atol=1e-6)
