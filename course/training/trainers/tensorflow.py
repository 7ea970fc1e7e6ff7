"""How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on TensorFlow.

The step is compiled with ``tf.function`` as Keras's own trainer does. XLA stays a choice
(``compile(jit_compile=True)``): on a CPU it rarely pays.
"""

import contextlib
import functools
import inspect

import keras
import tensorflow as tf
from keras import tree
from keras.src.backend.tensorflow.trainer import TFEpochIterator
from keras.src.trainers.data_adapters.generator_data_adapter import GeneratorDataAdapter
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter

from course.context import set_attribute
from course.distribution import front
from course.training.rules import tensorflow_flow
from course.training.rules.tensorflow_state import converted, reads_are_values
from course.training.trainers import arrays, paths, tensorflow_graphs
from course.training.trainers.replicas import Replicas
from course.training.trainers.tensorflow_arrays import Arrays, with_adapters
from course.training.trainers.tensorflow_batches import Batches, Compiled, Epoch, after_data, one_batch

tensorflow_graphs.configure()  # before the first tf.function of the process

# What TensorFlow and NumPy say when Python asks a tensor of a graph for its numbers.
_SYMBOLIC = (
    "not 'SymbolicTensor'", "Cannot convert a symbolic", "'SymbolicTensor' object has no attribute 'numpy'",
    "'SymbolicTensor' object has no attribute 'item'", "'SymbolicTensor' object cannot be interpreted",
)  # fmt: skip


class PlainPaths(paths.PlainPaths):
    """How steps run on TensorFlow without fast paths."""

    @staticmethod
    def kept(x):
        """A number to report, as it is now."""
        return tf.identity(x) if isinstance(x, tf.Tensor) or hasattr(x, "assign") else x

    def kernels(self):
        """A block in which a step is traced."""
        return contextlib.nullcontext()

    def arguments(self, method, args, kwargs):
        """The arguments with which Keras's ``fit`` or ``evaluate``, the method, is called."""
        if method.__name__ == "fit":
            return with_adapters(Arrays, self.model, method, args, kwargs)
        return args, kwargs


class Trainer(Replicas):
    """How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on TensorFlow."""

    def make_train_function(self, force=False):
        """Compile ``train_step``."""
        if self.train_function is None or force:
            self.train_function = self._make_function(self._as_values("train_step"))

    def make_test_function(self, force=False):
        """Compile ``test_step``."""
        if self.test_function is None or force:
            self.test_function = self._make_function(self._as_values("test_step"))

    def predict(self, *args, **kwargs):
        """Keras's ``predict``, of a step in which reads are values."""
        with set_attribute(self, "predict_step", self._as_values("predict_step")):  # Keras traces it
            return super().predict(*args, **kwargs)

    def predict_on_batch(self, *args, **kwargs):
        """Keras's ``predict_on_batch``, likewise."""
        with set_attribute(self, "predict_step", self._as_values("predict_step")):
            return super().predict_on_batch(*args, **kwargs)

    def _as_values(self, name):
        """The step, in which a read of a variable is a value."""
        step = tensorflow_flow.assigning_once(self._step(name))

        @functools.wraps(step)
        def run(data):
            with self._paths.kernels(), reads_are_values(self.optimizers):
                logs = step(data)
                return tf.nest.map_structure(lambda x: x.value if hasattr(x, "assign") else x, logs)

        return run

    def fit(self, *args, **kwargs):
        """Keras's ``fit``."""
        args, kwargs = self._paths.arguments(super().fit, args, kwargs)
        return super().fit(*args, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Keras's ``evaluate``."""
        args, kwargs = self._paths.arguments(super().evaluate, args, kwargs)
        return super().evaluate(*args, **kwargs)

    def _alone(self):
        """Whether nothing distributes this model."""
        return (
            self._distribute_strategy is None
            and not tf.distribute.has_strategy()
            and front.current() is None
            and keras.distribution.distribution() is None
        )

    def _make_function(self, step):
        if not self._alone():
            return super()._make_function(step)
        general = super()._make_function(after_data(step))
        compiled = Compiled(step, self.run_eagerly, self.jit_compile)

        def function(iterator):
            if inspect.isgenerator(iterator):  # Keras's train_on_batch
                iterator = one_batch(next(iterator))
            if type(iterator) is not Epoch:
                return general(iterator)
            group, batches = self.steps_per_execution, iterator.batches
            logs = compiled.steps(iterator, batches.rows if batches.at_once else group, group)
            if logs is None:
                raise StopIteration
            return tree.map_structure(tf.convert_to_tensor, logs) if self.run_eagerly else logs

        return function

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
        self._paths.prepare(epoch_iterator)

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
        if getattr(epoch_iterator.data_adapter, "orders", None):
            epoch_iterator.data_adapter.orders.begin_again()
        return tf.nest.map_structure(lambda x: None if isinstance(x, tf.experimental.Optional) else x, batch)


def _is_known(spec):
    """Whether it says the shapes of dense batches, but for their number of rows."""
    return all(
        isinstance(s, tf.TensorSpec) and s.shape.rank and s.shape[1:].is_fully_defined()
        for s in tf.nest.flatten(spec)
    )


def place(data):
    """Put a batch where the model is."""
    return data
