"""Optimizers where rounding matters: weights in half precision, and a variance that rounding makes negative."""

import keras
import numpy as np
import pytest
from keras import ops

from units import u03_optimization as u03


def weights_after(optimizer, gradient, steps, dtype="float32"):
    w = keras.Variable(np.ones(3), dtype=dtype)
    for _ in range(steps):
        optimizer.apply([ops.full((3,), gradient, dtype=dtype)], [w])
    return ops.convert_to_numpy(ops.cast(w, "float32"))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("kind", [u03.Adam, u03.AdamW, u03.Nadam])
def test_bias_correction_in_half_precision(kind, dtype):
    """β_2 = 0.999 is 1 in bfloat16, so that 1 − β_2^t was 0 there; every step of Adam has the length α here."""
    found = weights_after(kind(learning_rate=0.125), 1.0, steps=2, dtype=dtype)
    expected = weights_after(kind(learning_rate=0.125), 1.0, steps=2)
    np.testing.assert_allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("rho", [0.9, 0.99])
def test_centered_rmsprop_of_a_constant_gradient(rho):
    """s − a² tends to 0 and rounding makes it negative, whose root is NaN."""
    for gradient in (288.2186, 540.32513, 345.51428):
        found = weights_after(u03.RMSprop(learning_rate=1e-6, rho=rho, centered=True), gradient, steps=600)
        assert np.isfinite(found).all()
