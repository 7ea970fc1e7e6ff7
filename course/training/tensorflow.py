"""The TensorFlow adapter: what TensorFlow needs so that a training step can be written once.

TensorFlow differentiates by *recording*: a ``GradientTape`` watches the values, the function runs, and the tape is
played backwards. A tape inside a tape gives second derivatives. Variables are assigned where the code says so, in a
graph too, so state needs no care.

Under ``course.strategy`` the step runs once on each replica's rows; see ``course.distribution.tensorflow`` for the
means that make it the step of one device, and ``course.training.trainers.replicas`` for what Keras does otherwise.
"""

from contextvars import ContextVar
from functools import partial

import tensorflow as tf
from keras import Variable, ops
from keras.src.backend import tensorflow as keras_tensorflow
from keras.src.backend.tensorflow.core import Variable as KerasVariable

from course.context import set_context
from course.distribution.tensorflow import share, whole
from course.errors import CourseError
from course.training.given_variables import Converted, functions_of
from course.training.rules.tensorflow_state import watched
from course.training.state import MIXED, arguments, has_tensors, has_variables

_as_asked = KerasVariable.__tf_tensor__
_order = ContextVar("order", default=0)  # of the derivatives of what runs now


def _integers_as_asked(variable, dtype=None, name=None):
    """A tensor on the left of ``==`` asks for its own dtype; integers of another width can be given so."""
    value = variable.value
    if dtype is not None and tf.as_dtype(dtype).is_integer and value.dtype.is_integer:
        return tf.cast(value, dtype, name=name)
    return _as_asked(variable, dtype, name)


given_variables = Converted(
    functions_of(keras_tensorflow), {(KerasVariable, "__tf_tensor__"): _integers_as_asked}
)


def values_of(at):
    """What the tape watches: TensorFlow's variables, or tensors."""
    # An identity makes the tensor this function's own: other uses of it in the function are constants.
    return [
        watched(a, whole) if isinstance(a, Variable) else tf.identity(tf.convert_to_tensor(a)) for a in at
    ]


def _differentiated(orders=1):
    """A block in which a function runs that is differentiated, up to this order."""
    return set_context(_order, _order.get() + orders)


def at_most_one_derivative():
    """Whether what runs now is differentiated not at all, or once and in reverse mode."""
    return _order.get() <= 1


def _record(f, at, values, persistent=False):
    tape = tf.GradientTape(persistent=persistent, watch_accessed_variables=False)
    with tape, _differentiated(orders=2 if persistent else 1), given_variables:
        for value in values:
            tape.watch(value)
        return tape, f(*arguments(at, values))


def dense(gradient):
    """A gradient as a tensor: that of an ``Embedding``, say, has come as the rows that are not zero."""
    return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient


def value_and_grad(f, at, has_aux):
    """∇f at variables or tensors; a gradient is None where f does not depend on a variable."""
    values = values_of(at)
    tape, result = _record(f, at, values)
    value, aux = result if has_aux else (result, None)
    gradients = tape.gradient(value, values)
    if share() is not None and has_variables(at):
        if has_tensors(at):
            raise CourseError(MIXED)
        value, gradients = _over_all_rows(value, gradients)
    return value, aux, gradients


def _over_all_rows(value, gradients):
    """The value and the gradients over the global batch, in one exchange between the replicas."""
    used = [i for i, g in enumerate(gradients) if g is not None]
    value, *means = share().mean([value, *(dense(gradients[i]) for i in used)])
    gradients = list(gradients)
    for i, mean in zip(used, means, strict=True):
        gradients[i] = mean
    return value, gradients


def jvp(f, at, tangents):
    """Forward mode: f and J·t in one sweep."""
    values = values_of(at)
    tangents = [tf.convert_to_tensor(t, dtype=v.dtype) for t, v in zip(tangents, values, strict=True)]
    with tf.autodiff.ForwardAccumulator(values, tangents) as accumulator, _differentiated(2), given_variables:
        value = f(*arguments(at, values))
    tangent = accumulator.jvp(value, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    if share() is not None and has_variables(at) and value.shape.rank == 0:
        # a loss; other values are those of the replica's rows
        value, tangent = share().mean([value, tangent])
    return value, tangent


def vjp(f, at):
    """Reverse mode: f, and the function u ↦ uᵀJ."""
    values = values_of(at)
    if share() is not None and has_variables(at):
        raise CourseError(
            "course.vjp of variables is a sum over the rows of a batch, which a distributed step splits: "
            'use course.value_and_grad of a mean, or course.strategy("none").'
        )
    tape, value = _record(f, at, values, persistent=True)

    def pullback(cotangent):
        cotangent = tf.convert_to_tensor(cotangent, dtype=value.dtype)
        return tape.gradient(value, values, output_gradients=cotangent)

    return value, pullback


def fused(f, static):
    """The function itself: an operation runs without being compiled."""
    return f


def compiled(f):
    """A graph for each shape and dtype. A number is a tensor too: a graph would hold for this number only."""
    graph = tf.function(partial(f), autograph=False)  # without it, functions made anew count as retraced

    def tensor(x):
        return ops.convert_to_tensor(x) if isinstance(x, (int, float)) and not isinstance(x, bool) else x

    return lambda *args, **kwargs: graph(*tf.nest.map_structure(tensor, args), **kwargs)
