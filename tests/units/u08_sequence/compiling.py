"""Functions of NumPy arrays, compiled on JAX: for tests that call a model as a whole."""

import keras
from keras import ops

from course.testing import one_program


def compiled(f, **options):
    """A layer, a model or a function, from NumPy arrays to NumPy arrays: see ``course.testing.one_program``.

    Args:
        f: what is called with tensors.
        options: keyword arguments of each call.
    """
    quick = one_program(lambda *tensors: f(*tensors, **options))

    def run(*arrays):
        return keras.tree.map_structure(ops.convert_to_numpy, quick(*map(ops.convert_to_tensor, arrays)))

    return run
