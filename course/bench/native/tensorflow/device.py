"""The memory of TensorFlow's device."""

import tensorflow as tf


def is_gpu():
    """Whether TensorFlow computes on a GPU."""
    return bool(tf.config.list_physical_devices("GPU"))


def start():
    """Forget earlier peaks; return the bytes in use."""
    tf.config.experimental.reset_memory_stats("GPU:0")
    return tf.config.experimental.get_memory_info("GPU:0")["current"]


def peak():
    """The most bytes in use since ``start``."""
    return tf.config.experimental.get_memory_info("GPU:0")["peak"]
