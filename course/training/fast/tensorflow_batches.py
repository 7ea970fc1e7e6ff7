"""Batches of arrays for TensorFlow: those of Keras in Keras's order, sliced in NumPy instead of by ``tf.data``.

``tf.data`` reads files, decodes and prefetches. For arrays in memory its machinery costs more than a small step. Here
``fit`` and ``evaluate`` hand Keras a data adapter, which is Keras's own door for other kinds of data; its "dataset"
slices a batch, and the compiled step is called with it. Whatever is not a plain array, and every strategy, goes
through ``tf.data``.
"""

import inspect

import tensorflow as tf
from keras import tree
from keras.src.backend import config
from keras.src.trainers.data_adapters import array_slicing
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import unpack_x_y_sample_weight

from course.training.trainers.tensorflow_batches import Batches, are_plain

# What of fit's and evaluate's arguments describes the data, and is settled once there is an adapter.
_DATA = ("x", "y", "sample_weight", "batch_size", "class_weight", "shuffle")


class Arrays(ArrayDataAdapter):
    """Keras's adapter of arrays; what it calls a TensorFlow dataset are ``Batches``."""

    def get_tf_dataset(self):
        """The batches of an epoch, as often as one asks for an iterator."""
        sliceables = array_slicing.convert_to_sliceable(self._inputs, target_backend="numpy")
        arrays = tree.map_structure(lambda s: s.array, sliceables, none_is_leaf=False)
        rows = self._num_samples
        orders = _orders(rows) if self._shuffle else None
        return Batches(tree.lists_to_tuples(arrays), rows, self._batch_size, orders)


def whole_epoch(epoch_iterator):
    """Lets an epoch iterator over ``Batches`` hand out the whole epoch as one execution."""
    batches = epoch_iterator._get_iterator()
    if isinstance(batches, Batches) and epoch_iterator.steps_per_epoch is None:
        batches.at_once = True
        epoch_iterator.steps_per_execution = epoch_iterator.num_batches


def _orders(rows):
    """The permutations that ``ArrayDataAdapter.get_tf_dataset`` draws: one for each iterator, from the same seeds."""
    orders = tf.data.Dataset.range(1).map(lambda _: tf.random.shuffle(tf.range(rows, dtype=tf.int64)))
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    options.experimental_external_state_policy = tf.data.experimental.ExternalStatePolicy.IGNORE
    return orders.with_options(options)


def fast_arguments(model, method, args, kwargs):
    """The arguments of a model's ``fit`` or ``evaluate``, with adapters in place of arrays."""
    if not model.compiled or config.max_steps_per_epoch():
        return args, kwargs
    try:
        given = dict(inspect.signature(method).bind(*args, **kwargs).arguments)
    except TypeError:
        return args, kwargs  # Keras says what is wrong with them
    given |= given.pop("kwargs", {})
    data = {name: given[name] for name in _DATA if name in given}
    steps = given.get("steps_per_epoch", given.get("steps"))
    if method.__name__ == "fit":
        data.setdefault("shuffle", True)
        data |= _validation(given, data)
    adapter = _adapter(steps=steps, **data)
    if adapter is not None:
        given = {name: value for name, value in given.items() if name not in data} | {"x": adapter}
    return (), given


def _validation(given, data):
    """Settle fit's arguments about validation; the data that are left to train on, where it splits some off."""
    parts, left = [data.get(name) for name in ("x", "y", "sample_weight")], {}
    if given.get("validation_data") is None and given.get("validation_split") and are_plain(parts):
        split = given.pop("validation_split")
        parts, given["validation_data"] = array_slicing.train_validation_split(
            tuple(parts), validation_split=split
        )
        left = dict(zip(("x", "y", "sample_weight"), parts, strict=True))
        given |= left
    if given.get("validation_data") is not None:
        x, y, weight = unpack_x_y_sample_weight(given["validation_data"])
        size = given.get("validation_batch_size") or given.get("batch_size")
        adapter = _adapter(x, y, weight, batch_size=size, steps=given.get("validation_steps"))
        given["validation_data"] = given["validation_data"] if adapter is None else adapter
    return left


def _adapter(x=None, y=None, sample_weight=None, shuffle=False, **options):
    """An adapter for plain arrays in one order or in Keras's random order; None for anything else."""
    if isinstance(shuffle, bool) and x is not None and are_plain((x, y, sample_weight)):
        return Arrays(x, y, sample_weight=sample_weight, shuffle=shuffle, **options)
    return None
