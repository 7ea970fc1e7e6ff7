"""The state of a TensorFlow step as values: what is read stays what it was, and later reads see what was assigned.

On TensorFlow Keras hands out the ``tf.Variable`` itself where a program asks for a variable's value. What is computed
with it later sees what was assigned in the meantime: ``old = ops.convert_to_tensor(v); v.assign_add(1); v - old`` would
be 0, where JAX and a reader of the program expect 1. So a step runs in a ``Reads`` scope, in which each read is an
operation of its own. Assignments go into the variables at once, as Keras does it.

Keras's optimizers need the ``tf.Variable``; they work outside of the scope.
"""

import contextlib
from contextvars import ContextVar

import keras
import tensorflow as tf
from keras.src import backend
from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.tensorflow import core, image, linalg, math, nn, numpy
from tensorflow.python.ops.control_flow_v2_func_graphs import CondBranchFuncGraph

from course.context import set_attribute, set_context
from course.training.state import Losses, NoScope

_scope = ContextVar("scope")  # that of the step: on several replicas each thread has its own


class Reads(keras.StatelessScope):
    """A scope in which a variable's value is a tensor that keeps its numbers."""

    def __init__(self):
        super().__init__(collect_losses=True, initialize_variables=False)
        self.losses = Losses()
        self._bound = {}  # id → the tensor that a variable was last assigned, or is watched as, and its graph

    def get_current_value(self, variable):
        """The value now: the tensor that was assigned in the same graph (it may be differentiated), else a new read."""
        if variable._value is None:
            return None
        tensor = self.bound(variable)
        return tf.convert_to_tensor(variable._value) if tensor is None else tensor

    def add_update(self, update):
        """variable ← value."""
        variable, value = update
        value = tf.convert_to_tensor(value)
        variable._direct_assign(value)
        self.bind(variable, value)

    def bind(self, variable, tensor):
        """Let reads in this graph give this tensor."""
        self._bound[id(variable)] = tensor, _graph()

    def bound(self, variable):
        """The tensor that reads here give, if the variable is not read from its ``tf.Variable``."""
        tensor, graph = self._bound.get(id(variable), (None, None))
        return tensor if _reaches(graph) else None

    def forget(self, variables):
        """Read these from their ``tf.Variable`` again: something else has assigned them."""
        for v in variables:
            self._bound.pop(id(v), None)


def _graph():
    return None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()


def _reaches(graph):
    """Whether a tensor of this graph is the variable's value here: in the graph itself, and in branches of a condition.

    The body of a loop runs several times, and may itself have assigned the variable: there it is read anew.
    """
    now = _graph()
    while now is not graph and isinstance(now, CondBranchFuncGraph):
        now = now.outer_graph
    return now is graph


def watched(variable, native):
    """What a tape watches to see the reads of a variable: its ``tf.Variable``, or the tensor it is bound to."""
    scope = get_stateless_scope()
    tensor = scope.bound(variable) if isinstance(scope, Reads) else None
    if tensor is None:
        return native(variable._value)
    source = tf.identity(tensor)
    scope.bind(variable, source)
    return source


@contextlib.contextmanager
def converted():
    """While this lasts, Keras's ``convert_to_tensor`` makes a tensor of a variable, as on the other backends.

    Keras returns the variable itself on TensorFlow. Its modules hold the function under its name, each for itself.
    """

    def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
        if isinstance(x, backend.Variable):
            x = tf.convert_to_tensor(x.value)
        return core_convert(x, dtype=dtype, sparse=sparse, ragged=ragged)

    core_convert = core.convert_to_tensor
    with contextlib.ExitStack() as stack:
        for module in (backend, backend.tensorflow, core, image, linalg, math, nn, numpy):
            stack.enter_context(set_attribute(module, "convert_to_tensor", convert_to_tensor))
        yield


@contextlib.contextmanager
def reads_are_values(optimizers):
    """While this lasts, a read is a value; optimizers update the variables themselves."""
    with Reads() as scope, set_context(_scope, scope), converted(), contextlib.ExitStack() as stack:
        for optimizer in optimizers:
            stack.enter_context(set_attribute(optimizer, "apply", _outside(optimizer)))
        yield


def _outside(optimizer):
    apply = optimizer.apply

    def outside(grads, trainable_variables=None):
        variables = optimizer._trainable_variables if trainable_variables is None else trainable_variables
        with NoScope():
            apply(grads, trainable_variables)
        _scope.get().forget((*variables, *optimizer.variables))

    return outside
