"""Build a model without memory for its weights, to count them."""

import contextlib

import keras
from keras.src.backend.common import global_state


@contextlib.contextmanager
def shapes_only():
    """Within this context variables have shapes and dtypes but no values.

    Keras gives a variable its value when the outermost stateless scope is left. Here the variables that were made
    inside are forgotten instead, so that a network of 140 million weights is built in less than a second and takes no
    memory. Such a model can be counted and drawn, but not called with numbers, trained or saved.

    Example:
    >>> with shapes_only():
    ...     network = keras.Sequential([keras.Input((10000,)), keras.layers.Dense(10000)])
    >>> network.count_params()
    100010000
    """
    name = "uninitialized_variables"
    before = list(global_state.get_global_attribute(name, []))
    with keras.StatelessScope():
        try:
            yield
        finally:
            global_state.set_global_attribute(name, before)
