"""Assignments inside ``ops.cond`` and its kin on TensorFlow, above all in the run without numbers that builds a model.

In a real step TensorFlow assigns where the code says so, in a branch or a loop too. The run that builds keeps what is
assigned in a table instead (a ``StatelessScope``), and the code around a branch must not find a tensor of the branch in
it, which belongs to the branch's own graph. Here each branch and each body has a table of its own. What it assigns is
noted, and the value outside of it, of which only shape and dtype are of interest, stays as it was.
"""

import contextlib
import functools

import tensorflow as tf
from keras import tree
from keras.src import backend
from keras.src.backend.tensorflow import core

from course.context import set_attribute
from course.training.rules.tensorflow_remat import remat
from course.training.state import Scope

# Which arguments of these functions of Keras are functions.
_GIVEN = {
    "cond": slice(1, 3), "switch": slice(1, 2), "while_loop": slice(0, 2), "fori_loop": slice(2, 3),
    "scan": slice(0, 1), "map": slice(0, 1),
}  # fmt: skip


@contextlib.contextmanager
def apart():
    """While this lasts, and within a scope, what a branch or a loop assigns is noted and stays inside."""
    with _ours(), contextlib.ExitStack() as stack:
        for name, given in _GIVEN.items():
            stack.enter_context(set_attribute(core, name, _noting(getattr(core, name), given)))
        yield


def map_once(f, xs):
    """Keras's ``map``, which calls the function once more to see what it returns; here on shapes alone."""
    xs = tree.map_structure(core.convert_to_tensor, xs)
    with tf.__internal__.FuncGraph("scratch").as_default():
        element = tree.map_structure(lambda x: tf.compat.v1.placeholder(x.dtype, x.shape[1:]), xs)
        returned = tree.map_structure(tf.TensorSpec.from_tensor, f(element))
    return tf.map_fn(f, xs, fn_output_signature=returned)


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Keras's ``scan``, whose outputs have the shape and the dtype of the carry; here any, as on the other backends."""
    carry, xs = tree.map_structure(core.convert_to_tensor, (init, () if xs is None else xs))
    arrays = tree.flatten(xs)
    n = length if length is not None else _rows(arrays[0])
    with tf.__internal__.FuncGraph("scratch").as_default():
        elements = tree.map_structure(lambda x: tf.compat.v1.placeholder(x.dtype, x.shape[1:]), xs)
        _, y = f(carry, elements if arrays else None)
    y = tree.map_structure(_spec, y)
    like = [part for part in tree.flatten(y) if part is not None]
    rows = [tf.TensorArray(x.dtype, n, element_shape=x.shape[1:]).unstack(x) for x in arrays]
    outputs = [tf.TensorArray(part.dtype, n, element_shape=part.shape) for part in like]

    def turn(i, carry, outputs):
        at = n - 1 - i if reverse else i
        carry, y = f(carry, tree.pack_sequence_as(xs, [row.read(at) for row in rows]) if arrays else None)
        parts = [part for part in tree.flatten(y) if part is not None]
        outputs = [output.write(at, part) for output, part in zip(outputs, parts, strict=True)]
        return i + 1, tree.map_structure(core.convert_to_tensor, carry), outputs

    _, carry, outputs = tf.while_loop(lambda i, *_: i < n, turn, (0, carry, outputs), maximum_iterations=n)
    stacked = iter([output.stack() for output in outputs])
    return carry, tree.map_structure(lambda part: None if part is None else next(stacked), y)


def _spec(x):
    return None if x is None else tf.TensorSpec.from_tensor(core.convert_to_tensor(x))


def _rows(x):
    return x.shape[0] if x.shape[0] is not None else tf.shape(x)[0]


@contextlib.contextmanager
def _ours():
    with contextlib.ExitStack() as stack:
        for name, function in (("map", map_once), ("scan", scan), ("remat", remat)):
            stack.enter_context(set_attribute(core, name, function))
        yield


def assigning_once(step):
    """A step with the functions of this file, and ``keras.remat``, which assign once for each element."""

    @functools.wraps(step)
    def run(data):
        with _ours():
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
