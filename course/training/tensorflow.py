"""The TensorFlow adapter: what TensorFlow needs so that a training step can be written once.

TensorFlow differentiates by *recording*: a ``GradientTape`` watches the values, the function runs, and the tape is
played backwards. A tape inside a tape gives second derivatives. Variables are assigned where the code says so, in a
graph too, so state needs no care: Keras's own trainer compiles the step with ``tf.function`` and loops it for
``steps_per_execution``. XLA stays a choice (``compile(jit_compile=True)``): on a CPU it rarely pays.
"""

import tensorflow as tf

from course.training.state import are_variables


def values_of(at):
    """What the tape watches: TensorFlow's variables, or tensors."""
    # An identity makes the tensor this function's own: other uses of it in the function are constants.
    return [a.value for a in at] if are_variables(at) else [tf.identity(tf.convert_to_tensor(a)) for a in at]


def _record(f, at, values, persistent=False):
    tape = tf.GradientTape(persistent=persistent, watch_accessed_variables=False)
    with tape:
        for value in values:
            tape.watch(value)
        return tape, (f() if are_variables(at) else f(*values))


def _dense(gradient):
    return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient


def value_and_grad(f, at, has_aux):
    """∇f at variables or tensors; a gradient is None where f does not depend on a variable."""
    values = values_of(at)
    tape, result = _record(f, at, values)
    value, aux = result if has_aux else (result, None)
    return value, aux, [_dense(g) for g in tape.gradient(value, values)]


def jvp(f, at, tangents):
    """Forward mode: f and J·t in one sweep."""
    values = values_of(at)
    tangents = [tf.convert_to_tensor(t, dtype=v.dtype) for t, v in zip(tangents, values, strict=True)]
    with tf.autodiff.ForwardAccumulator(values, tangents) as accumulator:
        value = f() if are_variables(at) else f(*values)
    return value, accumulator.jvp(value, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def vjp(f, at):
    """Reverse mode: f, and the function u ↦ uᵀJ."""
    values = values_of(at)
    tape, value = _record(f, at, values, persistent=True)

    def pullback(cotangent):
        cotangent = tf.convert_to_tensor(cotangent, dtype=value.dtype)
        return [_dense(g) for g in tape.gradient(value, values, output_gradients=cotangent)]

    return value, pullback


class Trainer:
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on TensorFlow: as Keras does."""

    def make_train_function(self, force=False):
        """Compile ``train_step``."""
        if self.train_function is None or force:
            self.train_function = self._make_function(self._step("train_step"))

    def make_test_function(self, force=False):
        """Compile ``test_step``."""
        if self.test_function is None or force:
            self.test_function = self._make_function(self._step("test_step"))

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras leaves building to the first trace; a step that reads its variables early needs it before.
        self._symbolic_build(iterator=iterator, data_batch=data_batch)

    def _prepare(self, epoch_iterator):
        pass

    def _first_batch(self, epoch_iterator):
        batch = next(iter(epoch_iterator._get_iterator()))
        return tf.nest.map_structure(lambda x: None if isinstance(x, tf.experimental.Optional) else x, batch)


def place(data):
    """Put a batch where the model is."""
    return data
