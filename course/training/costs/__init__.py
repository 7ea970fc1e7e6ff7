"""What a step costs, as the running backend reports it: counted on the step that it records, without running it twice.

Imports no other room. Units and tests call it by ``product_flops``. ``release_programs`` frees what compiled programs
cost in memory: runs of experiments and the tests call it.
"""

from importlib import import_module

import keras

_backend = import_module(f"course.training.costs.{keras.backend.backend()}")


def product_flops(f, *arguments):
    """Operations of all matrix products and contractions in f(*arguments): 2 for each multiplication and its addition.

    torch counts what it runs (``torch.utils.flop_counter``). On JAX the contractions of the traced program are
    counted, on TensorFlow the products of the traced graph; neither runs ``f``. Convolutions and elementwise operations
    are not counted, and a loop counts as often as it is written down, not as it runs.

    Args:
        f: a function of tensors that may differentiate (``course.value_and_grad``).
        *arguments: arrays or tensors; only their shapes and dtypes matter.

    Returns:
        An int.

    Example:

    >>> product_flops(ops.matmul, np.ones((2, 3)), np.ones((3, 5)))
    60
    """
    return int(_backend.product_flops(f, *arguments))


def reported_flops(f, *arguments):
    """All operations of the compiled f(*arguments) by XLA's cost analysis, elementwise ones included. On JAX only.

    Raises:
        ValueError: another backend runs. torch's counter knows products only (``product_flops``), and TensorFlow's
            profiler leaves out einsum.
    """
    if keras.backend.backend() != "jax":
        raise ValueError(
            "XLA's cost analysis is read on JAX only: set KERAS_BACKEND=jax, or use product_flops."
        )
    return int(_backend.reported_flops(f, *arguments))


def release_programs(above=300):
    """Free the compiled programs that the backend keeps, if there are more than ``above``; return whether it did.

    JAX keeps every program that it compiled until the process ends, with about 1.5 MB of the compiler's own data for
    each, and each further compilation becomes slower: a process that runs many experiments would need several GB.
    A function that is called again is compiled again. TensorFlow and torch keep nothing of that kind.

    Args:
        above: the number of programs that may stay.
    """
    return _backend.release_programs(above)
