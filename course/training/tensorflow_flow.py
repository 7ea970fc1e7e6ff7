"""Assignments inside ``ops.cond`` and its kin on TensorFlow, above all in the run without numbers that builds a model.

In a real step TensorFlow assigns where the code says so, in a branch or a loop too. The run that builds keeps what is
assigned in a table instead (a ``StatelessScope``), and the code around a branch must not find a tensor of the branch in
it, which belongs to the branch's own graph. Here each branch and each body has a table of its own. What it assigns is
noted, and the value outside of it, of which only shape and dtype are of interest, stays as it was.
"""

import contextlib
import functools
from unittest import mock

import tensorflow as tf
from keras import tree
from keras.src import backend
from keras.src.backend.tensorflow import core

from course.training.state import Scope

# Which arguments of these functions of Keras are functions.
_GIVEN = {
    "cond": slice(1, 3), "switch": slice(1, 2), "while_loop": slice(0, 2), "fori_loop": slice(2, 3),
    "scan": slice(0, 1), "map": slice(0, 1),
}  # fmt: skip


@contextlib.contextmanager
def apart():
    """While this lasts, and within a scope, what a branch or a loop assigns is noted and stays inside."""
    with contextlib.ExitStack() as stack:
        for name, given in _GIVEN.items():
            stack.enter_context(mock.patch.object(core, name, _noting(getattr(core, name), given)))
        yield


def map_once(f, xs):
    """Keras's ``map``, which calls the function once more to see what it returns; here on shapes alone."""
    xs = tree.map_structure(core.convert_to_tensor, xs)
    with tf.__internal__.FuncGraph("scratch").as_default():
        element = tree.map_structure(lambda x: tf.compat.v1.placeholder(x.dtype, x.shape[1:]), xs)
        returned = tree.map_structure(tf.TensorSpec.from_tensor, f(element))
    return tf.map_fn(f, xs, fn_output_signature=returned)


def assigning_once(step):
    """A step in which ``ops.map`` calls its function once for each element."""

    @functools.wraps(step)
    def run(data):
        with mock.patch.object(core, "map", map_once):
            return step(data)

    return run


def _noting(function, given):
    @functools.wraps(function)
    def noting(*args, **kwargs):
        assigned = {}
        args = list(args)
        args[given] = [_inside(f, assigned) for f in args[given]]
        result = function(*args, **kwargs)
        scope = backend.get_stateless_scope()
        for v in assigned.values():
            value = scope.get_current_value(v)
            scope.add_update((v, v.value if value is None else value))
        return result

    return noting


def _inside(f, assigned):
    if isinstance(f, (list, tuple)):  # the branches of switch
        return [_inside(branch, assigned) for branch in f]

    def run(*args):
        with Scope() as scope:
            result = f(*args)
        assigned.update(scope.written)
        return result

    return run
