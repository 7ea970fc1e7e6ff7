"""Functions that are called many times: compiled, or made of a loss that reads variables."""

import functools

from keras import ops

from course.training.gradients import adapter, listed
from course.training.state import Scope


def compiled(f):
    """A function of tensors that is called many times outside of a training step, compiled.

    JAX and TensorFlow compile it at its first call with arguments of a shape. On torch it is ``f`` itself. The layers
    that ``f`` calls have to be built before.

    Args:
        f: a function of tensors that returns tensors. It may differentiate, draw random numbers, and read and assign
            Keras's variables. What else it reads is a constant: it may be run once for many calls.

    Returns:
        A function with the arguments and the result of ``f``.

    Example:
    >>> slope = course.compiled(course.grad(lambda x: ops.sum(x**3)))
    >>> ops.convert_to_numpy(slope(ops.array([1.0, 2.0])))
    array([ 3., 12.], dtype=float32)
    """
    return adapter.compiled(f)


def fused(f=None, *, static=()):
    """A function of tensors whose operations become one program where every single one would be a program of its own.

    JAX compiles each operation for each shape, and ten that belong together in the time of two. TensorFlow and torch
    compile no single operation: there, and inside of a function that JAX is compiling or differentiating, it is ``f``
    itself. For a function that is called hundreds of times take ``course.compiled``.

    Args:
        f: a function of tensors and numbers that returns tensors. It reads no Keras variable and draws nothing.
        static: names of arguments that are no tensors, such as an axis; there is a program for each of their values.

    Returns:
        A function with the arguments and the result of ``f``.

    Example:
    >>> @course.fused(static=("degree",))
    ... def powers(x, degree):
    ...     return ops.stack([x**k for k in range(degree + 1)])
    >>> ops.convert_to_numpy(powers(ops.array(2.0), degree=3))
    array([1., 2., 4., 8.], dtype=float32)
    """
    if f is None:
        return functools.partial(fused, static=static)
    return adapter.fused(f, static)


def pure(f, variables):
    """A function that reads variables, as a function of their values: f() becomes θ ↦ f(θ), and nothing is assigned.

    For a method that has to know the loss at parameters that it may not take, such as a line search, also inside a
    compiled loop (``ops.while_loop``); ``grad``, ``jvp``, ``vjp`` and ``hvp`` differentiate it.

    Args:
        f: a function without arguments, such as a model's loss.
        variables: the Keras variables θ that it reads, in a list.

    Returns:
        A function of one tensor for each variable, of its shape.

    Raises:
        ValueError: ``f`` assigns something (BatchNorm's averages, the state of a random generator): then its value
            does not depend on θ alone. (Dropout without a seed draws from torch's own generator, where nothing is
            assigned: not noticed.)

    Example:
    >>> w = keras.Variable([1.0, 2.0])
    >>> float(course.pure(lambda: ops.sum(w**2), [w])(np.array([3.0, 0.0])))
    9.0
    """
    variables = listed(variables)

    def function(*values):
        values = [ops.convert_to_tensor(x, v.dtype) for x, v in zip(values, variables, strict=True)]
        with Scope(variables, values) as scope:
            result = f()
        if scope.written:
            names = ", ".join(v.path for v in scope.written.values())
            raise ValueError(
                f"course.pure: the function assigns {names}, so that calling it twice may give two values. "
                "Leave out what draws random numbers or keeps averages (dropout, BatchNorm)."
            )
        return result

    return function
