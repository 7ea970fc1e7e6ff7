"""Tools for tests and checks: comparison, equal weights, and the same random numbers on every backend."""

import contextlib
import functools
import math

import keras
import numpy as np
from keras import ops
from keras.src.backend import random as backend_random
from keras.src.random.seed_generator import draw_seed
from scipy import special

from course.context import set_attribute


def assert_close(got, expected, rtol=1e-5, atol=1e-6, name="value"):
    """Assert equal shapes and ``|got − expected| ≤ atol + rtol·|expected|``, and say where it is worst.

    Args:
        got: a tensor of any backend, a variable or an array.
        expected: the same.
        rtol: relative tolerance.
        atol: absolute tolerance.
        name: what to call it in the message.

    Raises:
        AssertionError: with the shapes, or the worst element and how many are off.
    """
    a, b = (_array(x) for x in (got, expected))
    if a.shape != b.shape:
        raise AssertionError(f"{name}: shape {a.shape}, expected {b.shape}")
    a, b = a.astype("float64"), b.astype("float64")
    with np.errstate(invalid="ignore"):
        excess = np.abs(a - b) - (atol + rtol * np.abs(b))
    off = ~(excess <= 0) & ~(a == b) & ~(np.isnan(a) & np.isnan(b))
    if off.any():
        worst = np.unravel_index(
            np.argmax(np.where(off, np.nan_to_num(excess, nan=np.inf), -np.inf)), a.shape
        )
        place = f" at {tuple(int(i) for i in worst)}" if worst else ""
        raise AssertionError(
            f"{name}: {off.sum()} of {off.size} elements differ; worst{place}: got {a[worst]:.8g}, "
            f"expected {b[worst]:.8g}"
        )


def _array(x):
    """In the precision of the backend; an array is no tensor first, for which JAX compiles a program for each shape."""
    if isinstance(x, np.ndarray):
        return x.astype(_dtype_of_backend(x.dtype), copy=False)
    return np.asarray(ops.convert_to_numpy(ops.convert_to_tensor(x)))


@functools.cache
def _dtype_of_backend(dtype):
    """The dtype of a tensor that is made of an array of this dtype: JAX makes float32 of float64."""
    return np.asarray(ops.convert_to_numpy(ops.convert_to_tensor(np.zeros((), dtype)))).dtype


def set_weights(model, seed=0, scale=0.4):
    """Give a built model weights that depend only on ``seed`` and the order of its variables.

    Set are the trainable weights and the moving averages of batch normalization. Other variables, such as the table of
    a noise schedule or the copies of a target network, keep the values that the model gave them.

    Args:
        model: a built model; variances and scales become positive numbers.
        seed: of the NumPy generator.
        scale: standard deviation.
    """
    rng = np.random.default_rng(seed)
    for v in model.variables:
        if not (v.trainable or v.name.startswith("moving_")) or not keras.backend.is_float_dtype(v.dtype):
            continue
        value = rng.normal(scale=scale, size=v.shape)
        value = 1 + np.abs(value) if v.name in ("moving_variance", "gamma") else value
        v.assign(value.astype(v.dtype))


@contextlib.contextmanager
def portable_random():
    """Inside the block ``keras.random`` draws the same numbers on every backend.

    The backends' generators differ, so dropout masks and noise differ, and runs cannot be compared. In the block
    normal, truncated_normal, uniform, randint, categorical and dropout come from a small integer hash of the seed and
    the element's index, in 32-bit arithmetic that all backends share. They have 15 bits: enough to compare
    backends, but not good random numbers. NumPy computes them from a seed that is an ``int``, as initializers have it,
    and for JAX outside of a compiled step: there JAX would compile each operation for each shape.
    """
    p = 46337  # the largest prime whose products stay below 2³¹

    def known_numbers(seed):
        """The numbers of a seed, which has none in a compiled step."""
        try:
            return np.asarray(seed)
        except TypeError:
            return None

    def hashed(i, state):
        """Whole numbers below ``p`` from those of the elements and the seed, of NumPy or of a backend."""
        h = (i * 40503 + state[0] * 211 + 7919) % p
        h = (h * h + state[1] * 3571 + 12553) % p
        h = (h * 30011 + i) % p
        return (h * h + 17) % p

    def known_uniform01(shape, seed):
        state = np.mod(seed.astype("float32"), np.float32(32749)).astype("int32")
        h = hashed(np.arange(math.prod(shape), dtype="int32") % p, state)
        return ((h.astype("float32") + np.float32(0.5)) / np.float32(p)).reshape(shape)

    def uniform01(shape, seed):
        if isinstance(seed, int) and all(isinstance(size, int) for size in shape):  # first weights
            return known_uniform01(shape, np.asarray([seed, 0]))
        seed = draw_seed(seed)
        if keras.backend.backend() == "jax" and (known := known_numbers(seed)) is not None:
            return known_uniform01(shape, known)
        state = ops.cast(ops.mod(ops.cast(seed, "float32"), 32749.0), "int32")
        n = 1
        for size in shape:
            n = n * size
        h = hashed(ops.cast(ops.arange(n), "int32") % p, state)
        return ops.reshape((ops.cast(h, "float32") + 0.5) / p, shape)

    def cast(x, dtype):
        dtype = dtype or keras.config.floatx()
        if isinstance(x, np.ndarray):
            return ops.convert_to_tensor(x.astype(dtype), dtype)
        return ops.cast(x, dtype)

    def erfinv(x):
        return special.erfinv(x) if isinstance(x, np.ndarray) else ops.erfinv(x)

    def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        return cast(minval + (maxval - minval) * uniform01(shape, seed), dtype)

    def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        z = 2**0.5 * erfinv(2 * uniform01(shape, seed) - 1)
        return cast(mean + stddev * z, dtype)

    def dropout(inputs, rate, noise_shape=None, seed=None):
        keep = uniform01(ops.shape(inputs) if noise_shape is None else noise_shape, seed) >= rate
        return ops.where(keep, inputs / (1 - rate), ops.zeros_like(inputs))

    def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        inside = math.erf(2**0.5)  # the probability of |z| < 2
        z = 2**0.5 * erfinv(inside * (2 * uniform01(shape, seed) - 1))
        return cast(mean + stddev * z, dtype)

    def randint(shape, minval, maxval, dtype="int32", seed=None):
        return ops.cast(minval + ops.floor((maxval - minval) * uniform01(shape, seed)), dtype)

    def categorical(logits, num_samples, dtype="int64", seed=None):
        """The first class whose cumulative probability is above a uniform number, axes (batch, num_samples)."""
        below = ops.cumsum(ops.softmax(ops.convert_to_tensor(logits), axis=-1), axis=-1)[:, None, :-1]
        u = ops.convert_to_tensor(uniform01((*ops.shape(logits)[:1], num_samples, 1), seed), "float32")
        return ops.cast(ops.sum(ops.cast(u >= ops.cast(below, u.dtype), "int32"), axis=-1), dtype)

    with contextlib.ExitStack() as stack:
        for function in (uniform, normal, truncated_normal, randint, categorical, dropout):
            stack.enter_context(set_attribute(backend_random, function.__name__, function))
        yield
