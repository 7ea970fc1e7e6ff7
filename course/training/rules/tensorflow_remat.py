"""``keras.remat`` in a step on TensorFlow: what is computed twice is assigned once.

TensorFlow runs the function a second time when it differentiates. What the function assigns, such as the averages of a
``BatchNormalization`` and the state of a random generator, would be assigned again, and the second run would draw
other numbers than the first. Here the function becomes one of tensors: its arguments, and the values of all variables
that it reads. Both runs take the same values, and what the first one assigns is assigned.
"""

import tensorflow as tf
from keras import tree
from keras.src import backend

from course.training.state import Scope, is_tracing


def remat(f):
    """Keras's, of a function that may assign variables."""

    def run(*args, **kwargs):
        if is_tracing():
            return f(*args, **kwargs)
        variables = _variables_of(f, args, kwargs)
        now = [tf.convert_to_tensor(v.value) for v in variables]
        inputs = [*tree.flatten((args, kwargs)), *now]
        places = _floats(inputs)
        first = []

        def pure(*values):
            here = list(inputs)
            for i, value in zip(places, values, strict=True):
                here[i] = value
            given, read = here[: len(here) - len(now)], here[len(here) - len(now) :]
            args_here, kwargs_here = tree.pack_sequence_as((args, kwargs), given)
            with Scope(variables, read) as scope:
                result = f(*args_here, **kwargs_here)
            results = tree.flatten(result)
            if not first:
                first.extend((result, results, scope))
            return [results[i] for i in _floats(results)]

        differentiable = tf.recompute_grad(pure)(*[inputs[i] for i in places])
        result, results, inner = first
        for i, value in zip(_floats(results), differentiable, strict=True):
            results[i] = value
        for update in zip(*inner.updates(), strict=True):
            backend.get_stateless_scope().add_update(update)
        return tree.pack_sequence_as(result, results)

    return run


def _variables_of(f, args, kwargs):
    """The variables that a function reads or assigns: those of a run in a graph that nobody uses."""
    with tf.__internal__.FuncGraph("scratch").as_default(), Scope() as scope:
        before = len(scope.losses)
        f(*args, **kwargs)
    if len(scope.losses) > before:
        raise ValueError(
            "keras.remat: a layer that is called inside adds a loss (add_loss, or a regularizer of activity), which "
            "would not be differentiated: call the layer outside, or return the loss."
        )
    return list({**scope.read, **scope.written}.values())


def _floats(tensors):
    """The places of the tensors of floats in a list."""
    return [i for i, x in enumerate(tensors) if tf.is_tensor(x) and x.dtype.is_floating]
