"""A block after which variables hold again what they held before it."""

import contextlib

from keras import ops


@contextlib.contextmanager
def kept(variables):
    """Put the values of variables back at the end of a block, also if it raises.

    For a training that is a trial, or for several trainings from the same start with one compiled step. The values are
    NumPy arrays of their own: what ``fit`` does with the variables' arrays does not reach them.

    Args:
        variables: Keras variables, all built; an optimizer's are its ``variables``.

    Example:
    >>> w = keras.Variable([1.0, 2.0])
    >>> with kept([w]):
    ...     _ = w.assign([5.0, 5.0])
    >>> ops.convert_to_numpy(w)
    array([1., 2.], dtype=float32)
    """
    variables = list(variables)
    values = [ops.convert_to_numpy(v.value).copy() for v in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
