"""How Keras's ``fit``, ``evaluate`` and ``predict`` call the steps on TensorFlow."""

import contextlib
import functools

import tensorflow as tf
from keras.src.backend.tensorflow.trainer import TFEpochIterator
from keras.src.trainers.data_adapters.generator_data_adapter import GeneratorDataAdapter
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter

from course.training.fast.tensorflow_batches import Batches, LeanLoops, in_one
from course.training.fast.tensorflow_recurrent import whole_sequences
from course.training.fast.tensorflow_updates import fused
from course.training.rules import building, tensorflow_flow
from course.training.rules.tensorflow_state import converted, reads_are_values
from course.training.trainers import arrays
from course.training.trainers.replicas import Replicas

# What TensorFlow and NumPy say when Python asks a tensor of a graph for its numbers.
_SYMBOLIC = (
    "not 'SymbolicTensor'", "Cannot convert a symbolic", "'SymbolicTensor' object has no attribute 'numpy'",
    "'SymbolicTensor' object has no attribute 'item'", "'SymbolicTensor' object cannot be interpreted",
)  # fmt: skip


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
        if self._no_callbacks and self._phase == "train" and not self.run_eagerly:
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
