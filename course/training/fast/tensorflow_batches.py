"""Batches of arrays for TensorFlow: those of ``trainers.tensorflow_arrays``, sliced in NumPy instead of by ``tf.data``.

``tf.data`` reads files, decodes and prefetches. For arrays in memory its machinery costs more than a small step. Here
the "dataset" of the data adapter slices a batch, and the compiled step is called with it. Whatever is not a plain
array, and every strategy, goes through ``tf.data``.
"""

from course.training.trainers.tensorflow_arrays import Arrays, with_adapters
from course.training.trainers.tensorflow_batches import Batches


class SlicedArrays(Arrays):
    """The adapter of arrays; what Keras calls a TensorFlow dataset are ``Batches``."""

    def get_tf_dataset(self):
        """The batches of an epoch, as often as one asks for an iterator."""
        orders = self.new_orders() if self._shuffle else None
        return Batches(self.arrays(), self._num_samples, self._batch_size, orders)


def whole_epoch(epoch_iterator):
    """Lets an epoch iterator over ``Batches`` hand out the whole epoch as one execution."""
    batches = epoch_iterator._get_iterator()
    if isinstance(batches, Batches) and epoch_iterator.steps_per_epoch is None:
        batches.at_once = True
        epoch_iterator.steps_per_execution = epoch_iterator.num_batches


def fast_arguments(model, method, args, kwargs):
    """The arguments of a model's ``fit`` or ``evaluate``, with adapters in place of arrays."""
    return with_adapters(SlicedArrays, model, method, args, kwargs)
