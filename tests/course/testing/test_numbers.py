"""The random numbers that every backend shares are the same in a compiled step and outside of it."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import portable_random

DRAWS = {
    "uniform": lambda seed: keras.random.uniform((3, 5), -1, 2, seed=seed),
    "normal": lambda seed: keras.random.normal((40, 30), 1.0, 2.0, seed=seed),
    "truncated_normal": lambda seed: keras.random.truncated_normal((7,), seed=seed),
    "randint": lambda seed: keras.random.randint((50,), 0, 9, seed=seed),
    "categorical": lambda seed: keras.random.categorical(ops.log([[0.2, 0.3, 0.5]]), 40, seed=seed),
    "dropout": lambda seed: keras.random.dropout(ops.ones((20, 10)), 0.3, seed=seed),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_compiled_step_draws_the_same_numbers(name):
    with portable_random():
        seed, again = keras.random.SeedGenerator(5), keras.random.SeedGenerator(5)
        for generator in (seed, again):
            generator.state.assign([5, 30_000])  # a sum in the hash is above 2³¹ and wraps
        eager = [ops.convert_to_numpy(DRAWS[name](seed)) for _ in range(2)]
        draw = course.compiled(lambda: DRAWS[name](again))
        compiled = [ops.convert_to_numpy(draw()) for _ in range(2)]
    assert not np.array_equal(*eager)
    for one, other in zip(eager, compiled, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
        assert one.dtype == other.dtype


def test_first_weights_are_drawn_as_by_operations():
    """An integer as the seed: NumPy draws, and gives what the operations of the backend give."""
    found = []
    with portable_random():
        for seed in (123_456_789, keras.random.SeedGenerator(123_456_789)):
            found.append(ops.convert_to_numpy(keras.random.normal((6, 7), seed=seed)))
    np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-5)
