"""Layer normalization by its formula, in compiled steps on JAX: Keras's numbers, also where they are hard to get."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

pytestmark = pytest.mark.skipif(keras.backend.backend() != "jax", reason="the JAX adapter's")


def normalized(base, options):
    class Normalized(base):
        def __init__(self):
            super().__init__()
            self.norm = layers.LayerNormalization(**options)
            self.out = layers.Dense(1)

        def call(self, x):
            return self.out(self.norm(x))

    keras.utils.set_random_seed(1)
    model = Normalized()
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    "options",
    [{}, {"center": False, "epsilon": 1e-2}, {"scale": False, "axis": 1}, {"axis": (1, 2)}],
    ids=str,
)
def test_a_step_has_the_gradients_of_keras(options):
    x = np.random.default_rng(0).normal(3, 2, (16, 4, 6)).astype("float32")
    y = x.sum(axis=2, keepdims=True)
    models = [normalized(base, options) for base in (course.Model, keras.Model)]
    for model in models:
        model(x)
    models[0].set_weights(models[1].get_weights())
    for model in models:
        model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    for ours, wanted in zip(*(m.get_weights() for m in models), strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=2e-5, atol=2e-6)


def test_a_large_mean_keeps_its_digits():
    from course.training.fast import jax_norm

    rng = np.random.default_rng(0)
    x = 1e4 + rng.normal(size=(8, 64))
    exact = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-3)
    with jax_norm.by_formula():
        found = ops.layer_normalization(x.astype("float32"), epsilon=1e-3)
    assert abs(ops.convert_to_numpy(found) - exact).max() < 2e-3


def test_half_precision_comes_back_as_it_went_in():
    from course.training.fast import jax_norm

    x = ops.cast(np.random.default_rng(0).normal(size=(4, 32)), "bfloat16")
    general = ops.layer_normalization(x)
    with jax_norm.by_formula():
        found = ops.layer_normalization(x)
    assert found.dtype == general.dtype
    np.testing.assert_allclose(
        *(ops.convert_to_numpy(ops.cast(a, "float32")) for a in (found, general)), atol=0.02
    )
