"""The memory of JAX's device."""

import jax


def is_gpu():
    """Whether JAX computes on a GPU."""
    return jax.default_backend() == "gpu"


def start():
    """The bytes in use; JAX cannot forget an earlier peak, so this belongs at the start of a process."""
    return jax.devices()[0].memory_stats()["bytes_in_use"]


def peak():
    """The most bytes in use since the process began."""
    return jax.devices()[0].memory_stats()["peak_bytes_in_use"]
