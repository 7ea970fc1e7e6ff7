"""The TensorFlow adapter: what TensorFlow needs so that a training step can be written once.

TensorFlow differentiates by *recording*: a ``GradientTape`` watches the values, the function runs, and the tape is
played backwards. A tape inside a tape gives second derivatives. Variables are assigned where the code says so, in a
graph too, so state needs no care: the step is compiled with ``tf.function`` as Keras's own trainer does. XLA stays a
choice (``compile(jit_compile=True)``): on a CPU it rarely pays. What makes a step quick are the three files beside this
one: batches without ``tf.data``, one kernel for a variable's update, one kernel for an LSTM.

Under ``course.strategy`` the step runs once on each replica's rows; see ``course.distribution.tensorflow`` for the
means that make it the step of one device, and ``course.training.replicas`` for what Keras does otherwise.
"""

import contextlib
import functools

import tensorflow as tf
from keras import Variable
from keras.src.backend import tensorflow as keras_tensorflow
from keras.src.backend.tensorflow.core import Variable as KerasVariable
from keras.src.backend.tensorflow.trainer import TFEpochIterator
from keras.src.trainers.data_adapters.generator_data_adapter import GeneratorDataAdapter
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter

from course.distribution.tensorflow import share, whole
from course.errors import CourseError
from course.training import arrays, building, tensorflow_flow
from course.training.given_variables import Converted, functions_of
from course.training.replicas import Replicas
from course.training.state import MIXED, arguments, has_tensors, has_variables
from course.training.tensorflow_batches import Batches, LeanLoops, in_one
from course.training.tensorflow_recurrent import recorded, whole_sequences
from course.training.tensorflow_state import converted, reads_are_values, watched
from course.training.tensorflow_updates import fused

# What TensorFlow and NumPy say when Python asks a tensor of a graph for its numbers.
_SYMBOLIC = (
    "not 'SymbolicTensor'", "Cannot convert a symbolic", "'SymbolicTensor' object has no attribute 'numpy'",
    "'SymbolicTensor' object has no attribute 'item'", "'SymbolicTensor' object cannot be interpreted",
)  # fmt: skip

_as_asked = KerasVariable.__tf_tensor__


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


def _record(f, at, values, persistent=False):
    tape = tf.GradientTape(persistent=persistent, watch_accessed_variables=False)
    with tape, recorded(twice=persistent), given_variables:
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
    with (
        tf.autodiff.ForwardAccumulator(values, tangents) as accumulator,
        recorded(twice=True),
        given_variables,
    ):
        value = f(*arguments(at, values))
    tangent = accumulator.jvp(value, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    if share() is not None and has_variables(at) and value.shape.rank == 0:
        value, tangent = share().mean(
            [value, tangent]
        )  # a loss; other values are those of the replica's rows
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


def compiled(f):
    """The function itself: a derivative is computed as the function runs."""
    return f


class Trainer(LeanLoops, Replicas):
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on TensorFlow."""

    def make_train_function(self, force=False):
        """Compile ``train_step``."""
        if self.train_function is None or force:
            self.train_function = self._make_function(self._quick("train_step"))

    def make_test_function(self, force=False):
        """Compile ``test_step``."""
        if self.test_function is None or force:
            self.test_function = self._make_function(self._quick("test_step"))

    def predict(self, *args, **kwargs):
        """Keras's ``predict``, of a step in which reads are values."""
        with building.attribute(self, "predict_step", self._quick("predict_step")):  # Keras traces it
            return super().predict(*args, **kwargs)

    def predict_on_batch(self, *args, **kwargs):
        """Keras's ``predict_on_batch``, likewise."""
        with building.attribute(self, "predict_step", self._quick("predict_step")):
            return super().predict_on_batch(*args, **kwargs)

    def _quick(self, name):
        """The step, with the shorter ways that hold for a model that nothing distributes."""
        step, alone = tensorflow_flow.assigning_once(self._step(name)), self._alone()

        @functools.wraps(step)
        def run(data):
            quick = alone and self._is_fast()
            kernels = whole_sequences(self._flatten_layers() if quick and not self.jit_compile else ())
            with fused(self.optimizers if quick else ()), kernels, reads_are_values(self.optimizers):
                logs = step(data)
                return tf.nest.map_structure(lambda x: x.value if hasattr(x, "assign") else x, logs)

        return run

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras leaves building to the first trace; a step that reads its variables early needs it before.
        with self.distribute_strategy.scope():
            self._symbolic_build(iterator=iterator, data_batch=data_batch)
            self._spread_seeds()

    def _settle(self):
        """After a loop, however it ended: the variables have their values all the time."""

    def _needed_numbers(self, error):
        if isinstance(error, tf.errors.OperatorNotAllowedInGraphError):
            return "Iterating" not in str(error)
        kinds = TypeError, NotImplementedError, AttributeError
        return isinstance(error, kinds) and any(word in str(error) for word in _SYMBOLIC)

    @contextlib.contextmanager
    def _abstractly(self):
        with self.distribute_strategy.scope(), converted(), tensorflow_flow.apart():
            yield

    def _prepare(self, epoch_iterator):
        if self._unheard and self._phase == "train" and not self.run_eagerly:
            in_one(epoch_iterator)

    def _batches(self, **data):
        return TFEpochIterator(distribute_strategy=self.distribute_strategy, **data)

    def _first_batch(self, epoch_iterator):
        batches = epoch_iterator._get_iterator()
        if isinstance(batches, Batches):
            return batches.first
        if isinstance(epoch_iterator.data_adapter, (GeneratorDataAdapter, PyDatasetAdapter)):
            return arrays.first_batch(epoch_iterator, iter)
        if self._alone() and _is_known(batches.element_spec):
            return batches.element_spec
        batch = self._local(next(iter(batches)))
        return tf.nest.map_structure(lambda x: None if isinstance(x, tf.experimental.Optional) else x, batch)


def _is_known(spec):
    """Whether it says the shapes of dense batches, but for their number of rows."""
    return all(
        isinstance(s, tf.TensorSpec) and s.shape.rank and s.shape[1:].is_fully_defined()
        for s in tf.nest.flatten(spec)
    )


def kept(x):
    """A number to report, as it is now."""
    return tf.identity(x) if isinstance(x, tf.Tensor) or hasattr(x, "assign") else x


def place(data):
    """Put a batch where the model is."""
    return data
