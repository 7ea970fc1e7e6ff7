"""The fast paths on TensorFlow."""

import contextlib

from course.training.fast import tensorflow_batches
from course.training.fast.common import FastFit
from course.training.fast.tensorflow_recurrent import whole_sequences
from course.training.fast.tensorflow_updates import fused
from course.training.trainers.tensorflow import PlainPaths


def fast_paths(model):
    """The fast paths of a model: all that ``course.training`` takes from this folder on TensorFlow."""
    return FastPaths(model) if model._alone() else PlainPaths(model)


class FastPaths(FastFit, PlainPaths):
    """Batches without ``tf.data``, whole epochs, one kernel for a variable's update, one kernel for an LSTM.

    They hold for a model that nothing distributes.
    """

    @contextlib.contextmanager
    def kernels(self):
        """A block in which a step is traced: the optimizers and the LSTM use single kernels."""
        model = self.model
        with fused(model.optimizers), whole_sequences(() if model.jit_compile else model._flatten_layers()):
            yield

    def arguments(self, method, args, kwargs):
        """Adapters in place of arrays, which slice them without ``tf.data``."""
        return tensorflow_batches.fast_arguments(self.model, method, args, kwargs)

    def prepare(self, epoch_iterator):
        """Hand out a whole epoch as one execution where nothing is reported."""
        model = self.model
        if model._no_callbacks and model._phase == "train" and not model.run_eagerly:
            tensorflow_batches.whole_epoch(epoch_iterator)
