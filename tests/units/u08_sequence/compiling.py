"""Compiled functions of NumPy arrays, for tests that call a model often."""

import keras
from keras import ops

import course


def compiled(f, **options):
    """A layer, a model or a function, compiled, from NumPy arrays to NumPy arrays.

    Eagerly each operation, and each loop over time, is a program of its own on JAX.

    Args:
        f: what is called with tensors.
        options: keyword arguments of each call.
    """
    quick = course.compiled(lambda *tensors: f(*tensors, **options))

    def run(*arrays):
        return keras.tree.map_structure(ops.convert_to_numpy, quick(*map(ops.convert_to_tensor, arrays)))

    return run
