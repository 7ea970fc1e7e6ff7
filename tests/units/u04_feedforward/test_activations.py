"""Every activation: values against SciPy and Keras, derivatives by hand against autodiff and central differences."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special, stats

import course
from course.testing import assert_close, check_layer
from units.u02_logistic_softmax import numerical_gradient, relative_error, softmax
from units.u04_feedforward.activations import ACTIVATIONS
from units.u04_feedforward.maxout import Maxout, maxout, maxout_derivative
from units.u04_feedforward.prelu import PReLU, prelu_derivatives
from units.u04_feedforward.rectifiers import SELU_ALPHA, SELU_SCALE, elu, elu_derivative, leaky_relu, selu
from units.u04_feedforward.smooth_rectifiers import swish, swish_derivative
from units.u04_feedforward.softmax_derivative import softmax_backward, softmax_jacobian

Z = np.linspace(-6, 6, 49)  # 0 is among them
SMOOTH = np.where(
    Z == 0, 0.1, Z
)  # at a kink the backends choose, and differ; differences across it say nothing
LARGE = np.resize([-1e4, -200.0, -89.0, 89.0, 200.0, 1e4], 49)  # as long as Z: JAX compiles for each shape

ORACLES = {
    "step": lambda z: (z >= 0).astype(float),
    "sigmoid": special.expit,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "selu": lambda z: (
        1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))
    ),
    "softplus": lambda z: np.logaddexp(0, z),
    "swish": lambda z: z * special.expit(z),
    "gelu": lambda z: z * stats.norm.cdf(z),
    "gelu_tanh": lambda z: z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "mish": lambda z: z * np.tanh(np.logaddexp(0, z)),
}
KERAS = {
    "sigmoid": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "relu": keras.activations.relu,
    "leaky_relu": lambda z: keras.activations.leaky_relu(z, negative_slope=0.01),
    "elu": keras.activations.elu,
    "selu": keras.activations.selu,
    "softplus": keras.activations.softplus,
    "swish": keras.activations.silu,
    "gelu": keras.activations.gelu,
    "gelu_tanh": lambda z: keras.activations.gelu(z, approximate=True),
    "mish": keras.activations.mish,
}


def tensor(z):
    return ops.convert_to_tensor(np.asarray(z, "float32"))


def autodiff(f, z):
    return course.grad(lambda t: ops.sum(f(t)))(tensor(z))


def test_the_table_is_whole():
    assert set(ACTIVATIONS) == set(ORACLES)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_equal_the_oracle_and_keras(name):
    got = ACTIVATIONS[name].function(tensor(Z))
    assert_close(got, ORACLES[name](Z), rtol=2e-5, atol=1e-6)
    if name in KERAS:
        assert_close(got, KERAS[name](tensor(Z)), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_by_hand_equals_autodiff_and_differences(name):
    function, derivative, *_ = ACTIVATIONS[name]
    by_hand = derivative(tensor(Z))
    assert_close(by_hand, autodiff(function, Z), rtol=2e-4, atol=2e-6, name="against autodiff")
    by_hand = derivative(tensor(SMOOTH))
    if name in KERAS:
        # Keras's GELU computes 1 + tanh(u), which is rounded to multiples of 6e-8 where u is large and negative.
        assert_close(by_hand, autodiff(KERAS[name], SMOOTH), rtol=2e-4, atol=1e-5, name="against Keras's")
    differences = (ORACLES[name](SMOOTH + 1e-5) - ORACLES[name](SMOOTH - 1e-5)) / 2e-5
    assert_close(by_hand, differences, rtol=1e-4, atol=2e-6, name="against differences")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_survives_large_arguments(name):
    function, derivative, *_ = ACTIVATIONS[name]
    assert_close(function(tensor(LARGE)), ORACLES[name](LARGE), rtol=1e-5, atol=1e-6)
    for slopes in (derivative(tensor(LARGE)), autodiff(function, LARGE)):
        left, right = ops.convert_to_numpy(slopes)[[0, 5]]
        scale = SELU_SCALE if name == "selu" else 1
        saturated = name in ("step", "sigmoid", "tanh")
        assert left == pytest.approx(0.01 if name == "leaky_relu" else 0, abs=1e-6)
        assert right == pytest.approx(0 if saturated else scale, rel=1e-6)
        assert np.isfinite(ops.convert_to_numpy(slopes)).all()


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_small_tails_keep_their_digits(name):
    # 1 − tanh² and σ(1 − σ), typed as they stand, are exactly 0 in float32 beyond |z| = 9 and z = 17
    z = np.resize([-30.0, -20.0, 20.0, 30.0], 49)
    exact = special.expit(z) * special.expit(-z) if name == "sigmoid" else 1 / np.cosh(z) ** 2
    assert_close(ACTIVATIONS[name].derivative(tensor(z)), exact, rtol=1e-5, atol=0)
    tiny = np.resize([1e-6, -1e-6], 49)
    assert_close(ACTIVATIONS["tanh"].function(tensor(tiny)), tiny, rtol=1e-6, atol=0)


def test_selu_keeps_mean_0_and_variance_1():
    assert pytest.approx(1.6732632423543772, abs=1e-12) == SELU_ALPHA
    assert pytest.approx(1.0507009873554805, abs=1e-12) == SELU_SCALE
    z, weights = np.polynomial.hermite_e.hermegauss(120)
    weights = weights / weights.sum()
    # Gauss–Hermite integrates a kink slowly: 120 nodes are good for two digits
    a = ops.convert_to_numpy(selu(tensor(z))).astype("float64")
    assert abs(weights @ a) < 0.01
    assert abs(weights @ a**2 - 1) < 0.01


def test_parameters_of_the_families():
    assert_close(elu(tensor(Z), 0.3), keras.activations.elu(tensor(Z), 0.3))
    assert_close(elu_derivative(tensor(Z), 0.3)[:24], 0.3 * np.exp(Z[:24]), rtol=1e-5)
    assert_close(leaky_relu(tensor(Z), 0.2), keras.activations.leaky_relu(tensor(Z), 0.2))
    assert_close(swish(tensor(Z), 2.0), Z * special.expit(2 * Z), rtol=2e-5)
    assert_close(swish_derivative(tensor(Z), 2.0), autodiff(lambda z: swish(z, 2.0), Z), rtol=1e-4, atol=1e-6)
    assert_close(swish(tensor(Z), 1e4), np.maximum(Z, 0), atol=1e-4)


def test_a_network_with_our_activation_is_saved(tmp_path):
    layer = keras.layers.Activation(ACTIVATIONS["leaky_relu"].function)
    copy = keras.layers.Activation.from_config(layer.get_config())
    assert copy.activation is leaky_relu


def test_softmax_jacobian():
    z = np.random.default_rng(0).normal(size=(3, 4))
    J = ops.convert_to_numpy(softmax_jacobian(tensor(z)))
    for n, row in enumerate(z):
        for i in range(4):
            slopes = numerical_gradient(lambda t, i=i: special.softmax(t)[i], row)
            assert relative_error(J[n, i], slopes) < 1e-5
    np.testing.assert_allclose(J.sum(-1), 0, atol=1e-6)
    u = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
    _, pullback = course.vjp(softmax, tensor(z))
    assert_close(softmax_backward(tensor(z), u), pullback(tensor(u))[0], rtol=1e-4, atol=1e-6)
    assert_close(softmax_backward(tensor(z), u), np.einsum("ni,nij->nj", u, J), rtol=1e-4, atol=1e-6)


def test_prelu_equals_kerass_and_has_both_derivatives():
    rng = np.random.default_rng(2)
    z, u = tensor(rng.normal(size=(6, 3))), tensor(rng.normal(size=(6, 3)))
    alpha = rng.uniform(size=3).astype("float32")
    ours, theirs = PReLU(), keras.layers.PReLU()
    for layer in (ours, theirs):
        layer.build((None, 3))
        layer.alpha.assign(alpha)
    assert_close(ours(z), theirs(z))
    by_z, by_alpha = prelu_derivatives(z, alpha)
    assert_close(by_z * u, course.grad(lambda t: ops.sum(u * ours(t)))(z))
    _, (gradient,) = course.value_and_grad(lambda: ops.sum(u * theirs(z)), [theirs.alpha])
    assert_close(ops.sum(by_alpha * u, axis=0), gradient, rtol=1e-5)


def test_prelu_is_a_good_layer():
    check_layer(
        PReLU,
        (4, 5, 3),
        init_kwargs={"start": 0.1},
        expected_output_shape=(4, 5, 3),
        supports_mask=True,
    )


def test_maxout_is_the_largest_piece():
    rng = np.random.default_rng(3)
    a = rng.normal(size=(5, 3)).astype("float32")
    layer = Maxout(4, pieces=3)
    layer.build(a.shape)
    layer.b.assign(rng.normal(size=(4, 3)))
    W, b = (ops.convert_to_numpy(v) for v in (layer.W, layer.b))
    z = np.einsum("nf,upf->nup", a, W) + b
    assert_close(layer(a), z.max(-1), rtol=1e-5, atol=1e-5)
    slopes = course.grad(lambda t: ops.sum(maxout(t)))(tensor(z))
    assert_close(maxout_derivative(tensor(z)), slopes, rtol=0, atol=0)


def test_maxout_can_be_the_absolute_value():
    layer = Maxout(1)
    layer.build((1, 1))
    layer.W.assign([[[1.0], [-1.0]]])
    assert_close(layer(tensor([[-3.0], [2.0]])), [[3.0], [2.0]])


def test_maxout_is_a_good_layer():
    check_layer(
        Maxout,
        (4, 5, 3),
        init_kwargs={"units": 2, "pieces": 3},
        expected_output_shape=(4, 5, 2),
        supports_mask=True,
    )


@pytest.mark.parametrize("arguments", [(0,), (2, 0), (2.5,)])
def test_maxout_refuses_what_cannot_be(arguments):
    with pytest.raises(ValueError, match="positive whole number"):
        Maxout(*arguments)
