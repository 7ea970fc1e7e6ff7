"""The cost of distillation against NumPy, its gradient at high temperatures, and the training step."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import log_softmax, softmax

import course
from course.testing import assert_close, one_program
from units.u03_optimization import Nadam
from units.u06_tricks_of_the_trade.distillation import Distiller, soft_cross_entropy
from units.u06_tricks_of_the_trade.restart import restart

RNG = np.random.default_rng(0)
U, V = (RNG.normal(0, 2, (5, 4)).astype("float32") for _ in range(2))
X = RNG.normal(size=(12, 3)).astype("float32")
Y = RNG.integers(4, size=12).astype("int32")


@pytest.mark.parametrize("tau", [0.5, 1.0, 4.0])
def test_soft_cross_entropy(tau):
    u, v = U.astype("float64"), V.astype("float64")
    expected = -(tau**2) * np.sum(softmax(v / tau, -1) * log_softmax(u / tau, -1), -1)
    assert_close(soft_cross_entropy(U, V, tau), expected, rtol=1e-5)


def test_the_gradient_keeps_its_size_and_becomes_that_of_a_regression_on_logits():
    gradient = one_program(course.grad(lambda u, tau: ops.sum(soft_cross_entropy(u, V, tau))))
    centred = (U - V) - (U - V).mean(-1, keepdims=True)
    gaps = []
    for tau in (1.0, 30.0, 300.0):
        got = ops.convert_to_numpy(gradient(U, np.float32(tau)))
        u, v = U.astype("float64") / tau, V.astype("float64") / tau
        assert_close(got, tau * (softmax(u, -1) - softmax(v, -1)), rtol=1e-3, atol=1e-4)
        gaps.append(np.abs(got - centred / 4).max())
    assert gaps[1] < 0.1 * gaps[0]
    assert gaps[2] < 0.02 * gaps[0]


def test_one_step_of_the_distiller():
    """Gradient descent on (1 − χ) C_labels + χ C_soft, against the gradient by hand; the teacher stays."""
    student, teacher = (keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)]) for _ in range(2))
    model = Distiller(student, teacher, 4, temperature=2.0, soft_share=0.75)
    model.compile(keras.optimizers.SGD(0.5))
    for tau, share, weights in ((2.0, 0.75, None), (5.0, 0.25, RNG.uniform(size=12).astype("float32"))):
        model.temperature.assign(tau)
        model.soft_share.assign(share)
        W, b = (w.astype("float64") for w in student.get_weights())
        before = teacher.get_weights()
        u, v = X @ W + b, ops.convert_to_numpy(teacher(X)).astype("float64")
        by_u = (1 - share) * (softmax(u, -1) - np.eye(4)[Y])
        by_u += share * tau * (softmax(u / tau, -1) - softmax(v / tau, -1))
        by_u *= (1 if weights is None else weights[:, None]) / len(X)
        model.fit(X, Y, sample_weight=weights, batch_size=12, epochs=1, shuffle=False, verbose=0)
        assert_close(student.get_weights()[0], W - 0.5 * X.T @ by_u, rtol=1e-4, atol=1e-5)
        assert_close(student.get_weights()[1], b - 0.5 * by_u.sum(0), rtol=1e-4, atol=1e-5)
        for one, other in zip(before, teacher.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    # evaluate reports the cost of the labels alone
    u = ops.convert_to_numpy(student(X)).astype("float64")
    loss = model.evaluate(X, Y, batch_size=12, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(-log_softmax(u, -1)[np.arange(12), Y].mean(), rel=1e-4)
    # a restart draws other weights, and the same ones for the same seed
    restart(model, student, 0.25, seed=1)
    first = student.get_weights()[0]
    restart(model, student, 0.25, seed=1)
    np.testing.assert_array_equal(student.get_weights()[0], first)
    restart(model, student, 0.25, seed=2)
    assert np.abs(student.get_weights()[0] - first).max() > 0.01
    assert float(model.optimizer.learning_rate) == 0.25
    assert int(model.optimizer.iterations) == 0
    for optimizer in (Nadam(0.1), keras.optimizers.Adagrad(0.1), keras.optimizers.SGD(0.1, use_ema=True)):
        model.compile(optimizer)
        with pytest.raises(
            ValueError, match=f"The state of {type(optimizer).__name__} does not start at zero"
        ):
            restart(model, student)


def test_config_and_what_is_not_possible():
    def networks():
        return (keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)]) for _ in range(2))

    model = Distiller(*networks(), 4, temperature=3.0, soft_share=0.5)
    again = Distiller.from_config(model.get_config())
    assert again.get_config()["temperature"] == 3.0
    assert again.get_config()["soft_share"] == 0.5
    assert not again.teacher.trainable
    with pytest.raises(ValueError, match="temperature must be a number > 0"):
        Distiller(*networks(), 4, temperature=0.0)
    with pytest.raises(ValueError, match="soft_share must be between"):
        Distiller(*networks(), 4, soft_share=1.5)
    with pytest.raises(ValueError, match="temperature must be positive, not 0"):
        soft_cross_entropy(U, V, 0)
    with pytest.raises(ValueError, match="v "):
        soft_cross_entropy(U, V[:, :3], 1.0)
