"""The derivatives against finite differences, closed forms and one another."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course


def numbers(x):
    return keras.ops.convert_to_numpy(x)


@pytest.fixture
def precise(backend):
    """float64 where the backend has it; JAX keeps to float32 unless the process was started otherwise."""
    return "float32" if backend == "jax" else "float64"


def f(x):
    """A scalar with curvature in every direction, mixed ones too."""
    return ops.sum(ops.sin(x) * x) + ops.sum(x) ** 2 / 5 + ops.sum(ops.exp(x[:2] * x[1:3]))


def f_numpy(x):
    return np.sum(np.sin(x) * x) + np.sum(x) ** 2 / 5 + np.sum(np.exp(x[:2] * x[1:3]))


X = np.array([0.3, -0.7, 1.1, 0.4])


def finite_difference(function, x, h=1e-5):
    """Central differences in float64."""
    steps = np.eye(x.size) * h
    return np.stack([(function(x + s) - function(x - s)) / (2 * h) for s in steps])


def test_gradient_of_a_tensor_function(precise):
    got = numbers(course.grad(f)(ops.convert_to_tensor(X, precise)))
    tolerance = 2e-5 if precise == "float32" else 1e-8
    np.testing.assert_allclose(got, finite_difference(f_numpy, X), rtol=tolerance, atol=tolerance)
    assert got.dtype == precise


def test_value_and_gradient_of_variables(precise):
    w = keras.Variable(X, dtype=precise)
    loss, (gradient,) = course.value_and_grad(lambda: f(w.value), [w])
    tolerance = 2e-5 if precise == "float32" else 1e-8
    np.testing.assert_allclose(
        numbers(gradient), finite_difference(f_numpy, X), rtol=tolerance, atol=tolerance
    )
    np.testing.assert_allclose(numbers(loss), f_numpy(X), rtol=1e-6)


def test_hessian_vector_product_of_both_forms():
    v = np.array([1.0, -2.0, 0.5, 3.0])
    w = keras.Variable(X, dtype="float32")
    exact = finite_difference(lambda x: finite_difference(f_numpy, x, 1e-4) @ v, X, 1e-4)
    (over_variables,) = course.hvp(lambda: f(w.value), [w], [v.astype("float32")])
    (over_tensors,) = course.hvp(f, ops.convert_to_tensor(X, "float32"), v.astype("float32"))
    np.testing.assert_allclose(numbers(over_variables), exact, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(numbers(over_tensors), numbers(over_variables), rtol=1e-5, atol=1e-5)


def test_third_derivative():
    cube = course.grad(course.grad(course.grad(lambda x: x**4)))
    assert float(cube(ops.convert_to_tensor(2.0))) == pytest.approx(48.0, rel=1e-5)


def test_forward_and_reverse_mode_agree_with_the_jacobian():
    matrix = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    x = X.astype("float32")

    def big_f(a):
        return ops.tanh(ops.matmul(matrix, a))

    jacobian = (1 - np.tanh(matrix @ x) ** 2)[:, None] * matrix
    t, u = np.array([1, 0, -1, 2], "float32"), np.array([0.5, -1, 2], "float32")
    value, tangent = course.jvp(big_f, x, t)
    np.testing.assert_allclose(numbers(value), np.tanh(matrix @ x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(numbers(tangent), jacobian @ t, rtol=1e-4, atol=1e-5)
    value, pullback = course.vjp(big_f, x)
    np.testing.assert_allclose(numbers(pullback(u)[0]), u @ jacobian, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(numbers(pullback(2 * u)[0]), 2 * u @ jacobian, rtol=1e-4, atol=1e-5)


def test_jvp_and_vjp_with_respect_to_variables():
    w = keras.Variable(X, dtype="float32")
    value, tangent = course.jvp(lambda: w**2, [w], [np.ones(4, "float32")])
    np.testing.assert_allclose(numbers(tangent), 2 * X, rtol=1e-5)
    value, pullback = course.vjp(lambda: w**3, [w])
    np.testing.assert_allclose(numbers(value), X**3, rtol=1e-5)
    np.testing.assert_allclose(numbers(pullback(np.ones(4, "float32"))[0]), 3 * X**2, rtol=1e-5)


def test_jvp_of_a_gradient_is_the_hessian_product():
    x, v = X.astype("float32"), np.array([1, 0, 2, -1], "float32")
    _, forward_over_reverse = course.jvp(course.grad(f), x, v)
    (reverse_over_reverse,) = course.hvp(f, x, v)
    np.testing.assert_allclose(
        numbers(forward_over_reverse), numbers(reverse_over_reverse), rtol=1e-4, atol=1e-4
    )


def test_gradient_of_a_jvp():
    x = ops.convert_to_tensor(X, "float32")
    direction = ops.ones(4)
    got = course.grad(lambda a: ops.sum(course.jvp(lambda b: b**3, a, direction)[1]))(x)
    np.testing.assert_allclose(numbers(got), 6 * X, rtol=1e-4)


def test_other_uses_of_the_argument_are_constants():
    """d/dx of x·y with y = x² computed outside is y, not 3x²."""
    x = ops.convert_to_tensor(3.0)

    def outer(a):
        y = a**2
        return course.grad(lambda b: b * y)(a)

    assert float(outer(x)) == pytest.approx(9.0)
    assert float(course.grad(outer)(x)) == pytest.approx(6.0)  # and the outer derivative sees y = a²


def test_several_arguments_and_a_frozen_variable():
    a, b = course.grad(lambda p, q: ops.sum(p * q**2), argnums=(0, 1))(ops.ones(2) * 3, ops.ones(2) * 2)
    np.testing.assert_allclose(numbers(a), [4, 4])
    np.testing.assert_allclose(numbers(b), [12, 12])
    frozen = keras.Variable([2.0], trainable=False)
    _, (gradient,) = course.value_and_grad(lambda: ops.sum(frozen**2), [frozen])
    np.testing.assert_allclose(numbers(gradient), [4.0])


def test_a_linear_function_has_a_zero_hessian():
    w = keras.Variable([1.0, 2.0])
    np.testing.assert_allclose(
        numbers(course.hvp(lambda: ops.sum(w * 3), [w], [np.ones(2, "float32")])[0]), [0, 0]
    )
    np.testing.assert_allclose(numbers(course.grad(lambda x: ops.sum(w.value))(ops.ones(3))), [0, 0, 0])


def test_aux_and_assignments_come_out_once():
    w, count = keras.Variable([1.0]), keras.Variable(0.0, trainable=False)
    norm = layers.BatchNormalization(momentum=0.5)
    x = ops.convert_to_tensor(np.array([[1.0], [3.0]], "float32"))
    norm.build((None, 1))

    def loss():
        count.assign_add(1.0)
        out = norm(x * w, training=True)
        return ops.sum(out**2), {"out": out}

    (value, aux), _ = course.value_and_grad(loss, [w, norm.gamma], has_aux=True)
    assert float(count) == 1.0
    np.testing.assert_allclose(numbers(norm.moving_mean), [1.0])  # 0.5·0 + 0.5·mean(1, 3)
    assert aux["out"].shape == (2, 1)
    np.testing.assert_allclose(numbers(value), 2.0, rtol=2e-3)


def test_no_graph_outlives_the_gradient():
    """Values that leave can be converted and kept; on torch they carry no graph."""
    w = keras.Variable([1.0, 2.0])
    loss, gradients = course.value_and_grad(lambda: ops.sum(w**2), [w])
    for x in (
        loss,
        *gradients,
        course.jvp(lambda: w**2, [w], [ops.ones(2)])[0],
        course.vjp(lambda: w**2, [w])[0],
    ):
        assert not getattr(x, "requires_grad", False)
        np.asarray(x)


def test_embedding_gradients_are_dense():
    embedding = layers.Embedding(5, 2)
    embedding.build(None)
    _, (gradient,) = course.value_and_grad(
        lambda: ops.sum(embedding(np.array([1, 1, 3]))), embedding.trainable_variables
    )
    np.testing.assert_allclose(numbers(gradient), [[0, 0], [2, 2], [0, 0], [1, 1], [0, 0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w: course.value_and_grad(lambda: w**2, [w]), "must be a scalar"),
        (lambda w: course.value_and_grad(lambda: ops.sum(w), [w, keras.Variable(1.0, name="idle")]), "idle"),
        (lambda w: course.value_and_grad(lambda: ops.sum(w), w), r"write \[variable\]"),
        (lambda w: course.value_and_grad(lambda: ops.sum(w), []), "no variables"),
        (
            lambda w: course.value_and_grad(lambda: ops.sum(w), [ops.ones(2)]),
            "takes the tensors .* there is 1",
        ),
        (lambda w: course.value_and_grad(lambda: 3.0, [w]), "scalar tensor"),
        (lambda w: course.value_and_grad(lambda: ops.sum(w), [w], has_aux=True), "has_aux"),
        (lambda w: course.grad(ops.sum)(np.array([1, 2])), "floats"),
        (lambda w: course.jvp(ops.sin, ops.ones(3), ops.ones(2)), "agree"),
    ],
)
def test_mistakes_are_said_in_words(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call(keras.Variable([1.0, 2.0]))


def test_variables_and_tensors_together():
    """f(w, x) = ∑ w²·x: f reads w and takes x; the derivatives stand where their point stands."""
    w, x = keras.Variable([1.0, 2.0]), ops.convert_to_tensor(np.array([3.0, 5.0], "float32"))

    def f(x):
        return ops.sum(w**2 * x)

    (loss, aux), gradients = course.value_and_grad(lambda x: (f(x), x + 1), [x, w], has_aux=True)
    assert float(loss) == 23
    np.testing.assert_allclose(numbers(aux), [4, 6])
    for got, expected in zip(gradients, ([1, 4], [6, 20]), strict=True):
        np.testing.assert_allclose(numbers(got), expected)
    v = [ops.ones(2), ops.convert_to_tensor(np.array([1.0, 0.0], "float32"))]
    value, tangent = course.jvp(f, [w, x], v)
    assert (float(value), float(tangent)) == (23, 27)
    _, pullback = course.vjp(f, [w, x])
    np.testing.assert_allclose(numbers(pullback(ops.convert_to_tensor(2.0))[1]), [2, 8])
    curved = course.hvp(f, [w, x], v)  # ∂²/∂w² = 2x, ∂²/∂w∂x = 2w
    np.testing.assert_allclose(numbers(curved[0]), [6 + 2, 10])
    np.testing.assert_allclose(numbers(curved[1]), [2, 4])


def test_tensors_that_are_not_used_have_the_gradient_zero():
    w, x = keras.Variable([1.0, 2.0]), ops.ones(3)
    _, gradients = course.value_and_grad(lambda x: ops.sum(w), [w, x])
    np.testing.assert_allclose(numbers(gradients[1]), [0, 0, 0])


def test_a_derivative_inside_counts_as_a_use():
    w = keras.Variable([1.0, 2.0])
    x = ops.ones(2)
    _, (gradient,) = course.value_and_grad(lambda: ops.sum(course.jvp(lambda x: w * x, x, x)[1]), [w])
    np.testing.assert_allclose(numbers(gradient), [1, 1])


def test_a_read_before_the_function_is_no_use_in_it():
    class Early(course.Model):
        def __init__(self):
            super().__init__()
            self.w, self.idle = (self.add_weight(shape=(), initializer="ones", name=n) for n in ("w", "idle"))

        def train_step(self, x):
            scale = self.idle * 2
            loss, _ = course.value_and_grad(lambda: ops.mean(x) * self.w * scale, [self.w, self.idle])
            return {"loss": loss}

    model = Early()
    model.compile()
    with pytest.raises(ValueError, match=r"does not depend on .*idle"):
        model.fit(np.ones((2, 1), "float32"), verbose=0)


def test_unused_variables_may_be_zeros():
    used, idle = keras.Variable([1.0]), keras.Variable([1.0, 1.0])
    _, gradients = course.value_and_grad(lambda: ops.sum(used**2), [used, idle], unused="zeros")
    np.testing.assert_allclose(numbers(gradients[1]), [0, 0])


def test_a_layer_may_be_built_inside_the_function():
    first, second = layers.Dense(3), layers.Dense(1)
    x = np.ones((2, 4), "float32")
    first(x)
    course.value_and_grad(lambda: ops.sum(second(first(x))), first.trainable_variables)
    before = numbers(second.kernel.value)
    np.testing.assert_array_equal(numbers(second.kernel.value), before)
    _, gradients = course.value_and_grad(lambda: ops.sum(second(first(x))), second.trainable_variables)
    np.testing.assert_allclose(numbers(gradients[1]), [2.0])
