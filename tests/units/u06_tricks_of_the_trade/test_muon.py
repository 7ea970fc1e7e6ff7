"""Newton–Schulz against the singular value decomposition; Muon against Keras's own."""

import math

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close
from units.u06_tricks_of_the_trade.muon import Muon
from units.u06_tricks_of_the_trade.newton_schulz import (
    CUBIC,
    QUINTIC,
    fixed_points,
    orthogonalize,
    polynomial,
)

RNG = np.random.default_rng(0)
SHAPES = ((3, 2), (2, 3, 2, 4), (4,))


def polar(G):
    """U Vᵀ of the singular value decomposition."""
    U, _, Vt = np.linalg.svd(G, full_matrices=False)
    return U @ Vt


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (2, 5, 5)])
def test_the_cubic_iteration_converges_to_u_vt(shape):
    G = RNG.normal(size=shape).astype("float32")
    assert_close(orthogonalize(G, 40, CUBIC), polar(G.astype("float64")), rtol=0, atol=2e-5)


@pytest.mark.parametrize("coefficients", [CUBIC, QUINTIC])
def test_a_step_is_the_polynomial_of_the_singular_values(coefficients):
    G = RNG.normal(size=(7, 4)).astype("float32")
    U, sigma, Vt = np.linalg.svd(G.astype("float64"), full_matrices=False)
    sigma = sigma / np.linalg.norm(sigma)
    for steps in range(6):
        assert_close(orthogonalize(G, steps, coefficients), U * sigma @ Vt, rtol=1e-4, atol=2e-5)
        sigma = polynomial(sigma, coefficients)


def test_fixed_points():
    assert fixed_points(CUBIC) == [(pytest.approx(1), pytest.approx(0))]
    points = fixed_points(QUINTIC)
    assert [round(sigma, 3) for sigma, _ in points] == [0.868, 1.264]
    for sigma, slope in points:
        assert polynomial(sigma) == pytest.approx(sigma)
        assert slope == pytest.approx((polynomial(sigma + 1e-6) - polynomial(sigma - 1e-6)) / 2e-6, rel=1e-6)
        assert abs(slope) > 1  # neither attracts
    assert fixed_points((3.0, 1.0, 1.0)) == []


def test_five_quintic_steps_bring_singular_values_near_one():
    sigma = np.geomspace(0.01, 1, 2000)
    for _ in range(5):
        sigma = polynomial(sigma)
    assert sigma.min() > 0.68
    assert sigma.max() < 1.14


def test_what_is_no_matrix():
    with pytest.raises(ValueError, match="a matrix"):
        orthogonalize([1.0, 2.0])
    with pytest.raises(ValueError, match="number of steps"):
        orthogonalize(np.eye(2), -1)
    assert not np.any(ops.convert_to_numpy(orthogonalize(np.zeros((3, 2), "float32"))))


# In pairs, ours and Keras's: the defaults, and other options. Keras gives kernels with four axes to AdamW, so that it
# gets them as matrices here; the last pair treats them alike.
DECAYS = {"learning_rate": 2.0**-6, "weight_decay": 0.25, "adam_weight_decay": 0.125}
OTHER = {"learning_rate": 0.02, "nesterov": False, "rms_rate": None, "clipnorm": 0.5}
FEWER = {"learning_rate": 0.02, "ns_steps": 3, "momentum": 0.5, "exclude_layers": ["first"]}
PAIRS = [
    (Muon(**DECAYS), keras.optimizers.Muon(**DECAYS), True),
    (Muon(**OTHER), keras.optimizers.Muon(**OTHER), True),
    (Muon(flatten=False, **FEWER), keras.optimizers.Muon(**FEWER), False),
]


class Twins(course.Model):
    """Every optimizer of ``PAIRS`` on variables of its own, with the same gradients, which are the data."""

    def __init__(self):
        super().__init__()
        self.methods = [method for ours, theirs, _ in PAIRS for method in (ours, theirs)]
        self.groups = []
        for *_, as_matrix in PAIRS:
            flat = [s if len(s) < 3 else (math.prod(s[:-1]), s[-1]) for s in SHAPES]
            for shapes in (SHAPES, flat if as_matrix else SHAPES):
                names = ("first", "second", "bias")
                self.groups.append(
                    [
                        self.add_weight(shape=s, initializer="ones", name=n)
                        for s, n in zip(shapes, names, strict=True)
                    ]
                )

    def train_step(self, data):
        gradients, *_ = keras.utils.unpack_x_y_sample_weight(data)
        for method, group in zip(self.methods, self.groups, strict=True):
            method.apply([ops.reshape(g, v.shape) for g, v in zip(gradients, group, strict=True)], group)
        return {"loss": ops.mean(gradients[0])}


def test_equals_keras_over_100_steps():
    rng = np.random.default_rng(4)
    gradients = tuple(rng.normal(0.3, 1, (100, *s)).astype("float32") for s in SHAPES)
    model = Twins()
    model.compile()
    model.fit(gradients, batch_size=1, shuffle=False, verbose=0)
    for i in range(0, len(model.groups), 2):
        for ours, theirs in zip(model.groups[i], model.groups[i + 1], strict=True):
            assert_close(ours, np.reshape(ops.convert_to_numpy(theirs), ours.shape), rtol=1e-5, atol=1e-6)
            assert np.abs(ops.convert_to_numpy(ours) - 1).max() > 0.1  # they went somewhere


def test_which_variables_adamw_updates():
    def asked(shape, name, **options):
        return Muon(**options).uses_adamw(keras.Variable(np.zeros(shape, "float32"), name=name))

    kernel = (3, 3, 2, 4)
    assert not asked((3, 2), "kernel")
    assert not asked(kernel, "kernel")
    assert asked(kernel, "kernel", flatten=False)
    assert asked((3,), "bias")
    assert asked((3, 2), "embeddings")
    assert not asked((3, 2), "embeddings", exclude_embeddings=False)
    assert asked((3, 2), "logits", exclude_layers=["log.ts"])


def test_a_layer_that_is_excluded_from_weight_decay():
    optimizer = Muon(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["kept"])
    variables = [keras.Variable(np.ones((2, 2), "float32"), name=n) for n in ("kernel", "kept")]
    optimizer.apply([ops.zeros((2, 2))] * 2, variables)
    assert_close(variables[0], 0.95 * np.ones((2, 2)))
    assert_close(variables[1], np.ones((2, 2)))


def test_config_makes_the_same_optimizer():
    first = Muon(0.05, weight_decay=0.1, exclude_layers=["out"], flatten=False, clipnorm=0.5)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(first))
    assert type(again) is Muon
    assert again.get_config() == first.get_config()
    assert (again.matrix_decay, again.decoupled_decay) == (0.1, 0.004)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"momentum": 1.0}, "momentum must be"),
        ({"weight_decay": -1}, "weight_decay must be"),
        ({"rms_rate": 0}, "rms_rate must be"),
        ({"ns_steps": 0}, "ns_steps must be"),
    ],
)
def test_impossible_hyperparameters(options, message):
    with pytest.raises(ValueError, match=message):
        Muon(**options)
