"""Layer normalization of the last axis on JAX, as its formula is written.

Keras computes x·r + (β − μ·r) with r = γ/√(σ² + ε), which XLA does not simplify: on a processor forward and backward
pass are a few percent of a transformer block slower than (x − μ)·r + β, and where |μ| is large x·r and μ·r lose digits
that x − μ keeps. While a step of a ``course.Model`` is traced, Keras's function computes the latter wherever it
normalizes the last axis; RMS scaling and other axes stay Keras's.

What is relied on of Keras is ``keras.src.ops.nn._layer_normalization(x, gamma, beta, axis, epsilon, rms_scaling)``,
which ``keras.layers.LayerNormalization`` calls.
"""

import jax
import jax.numpy as jnp
from keras import backend
from keras.src.ops import nn

from course.context import set_attribute

_general = nn._layer_normalization


def by_formula():
    """While this lasts, layer normalization is computed by its formula."""
    return set_attribute(nn, "_layer_normalization", _layer_normalization)


def _layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, rms_scaling=False):
    axes = [axis] if isinstance(axis, int) else list(axis)
    last = [a % x.ndim for a in axes] == [x.ndim - 1]
    if rms_scaling or not last or not jnp.issubdtype(x.dtype, jnp.floating):
        return _general(x, gamma, beta, axis, epsilon, rms_scaling)
    dtype = jnp.promote_types(x.dtype, jnp.float32)  # as Keras: half precision is not enough for a mean
    centred = x.astype(dtype)
    centred = centred - centred.mean(-1, keepdims=True)
    epsilon = backend.epsilon() if epsilon is None else epsilon
    normal = centred * jax.lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + epsilon)
    for apply, vector in ((jnp.multiply, gamma), (jnp.add, beta)):
        if vector is not None:
            normal = apply(normal, jnp.asarray(vector, dtype))
    return normal.astype(x.dtype)
