"""Functions that a test calls once or twice, at the least cost on each backend."""

import keras

import course


def one_program(f):
    """A function of tensors that a test calls once or twice: compiled on JAX, and ``f`` itself on the other backends.

    On JAX each operation outside of a compiled function is a program of its own, and so is each operation of its
    gradient. TensorFlow needs longer to trace a function than to run it a few times. A test of compiled functions takes
    ``course.compiled``, and a test of training takes ``fit``.

    Args:
        f: a function as ``course.compiled`` takes it. The layers that it calls have to be built before.

    Returns:
        A function with the arguments and the result of ``f``.

    Example:
    >>> float(one_program(lambda x: ops.sum(x**2))(ops.array([1.0, 2.0])))
    5.0
    """
    return course.compiled(f) if keras.backend.backend() == "jax" else f
