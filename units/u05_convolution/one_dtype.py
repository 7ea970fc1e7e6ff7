"""Tensors of several dtypes in one, since TensorFlow computes with no two of them."""

import keras
from keras import ops


def of_one_dtype(first, second):
    """Both tensors in the wider of their dtypes."""
    dtype = keras.backend.result_type(first.dtype, second.dtype)
    return ops.cast(first, dtype), ops.cast(second, dtype)
