"""Arrays for ``fit`` and ``evaluate`` on TensorFlow, in a new random order in each epoch.

Keras 3.15 draws the order inside of a ``tf.data`` pipeline. Each epoch begins the pipeline anew, and where a seed was
set (``keras.utils.set_random_seed``) the random numbers of the pipeline begin anew too: all epochs have one order. On
JAX and PyTorch each epoch has its own. Here ``fit`` hands Keras a data adapter, which is Keras's own door for other
kinds of data, and which draws the orders itself.
"""

import inspect

import numpy as np
import tensorflow as tf
from keras import tree
from keras.src.backend import config
from keras.src.trainers.data_adapters import array_slicing
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter, can_convert_arrays
from keras.src.trainers.data_adapters.data_adapter_utils import unpack_x_y_sample_weight

from course.training.trainers.arrays import map_arrays
from course.training.trainers.tensorflow_batches import are_plain

# What of fit's and evaluate's arguments describes the data, and is settled once there is an adapter.
_DATA = ("x", "y", "sample_weight", "batch_size", "class_weight", "shuffle")


class Orders:
    """Random orders of rows, one for each call, by a generator of its own.

    Its seed comes from NumPy's, which ``keras.utils.set_random_seed`` sets: ``tf.data`` asks for an order in a thread
    of its own, at a time that nobody knows.

    Args:
        rows: how many.
        size: rows of a batch, if rows change places within their batch only (``shuffle="batch"``).
    """

    def __init__(self, rows, size=None):
        self._rows, self._size = rows, size or max(rows, 1)
        self._seed = np.random.randint(2**31 - 1)  # noqa: NPY002  Keras sets the seed of this generator
        self.begin_again()

    def begin_again(self):
        """The next order is the first one."""
        self._generator = np.random.default_rng(self._seed)

    def __call__(self):
        """The numbers 0, …, rows − 1 in a random order."""
        order = np.arange(self._rows)
        for start in range(0, self._rows, self._size):
            self._generator.shuffle(order[start : start + self._size])
        return order


class Arrays(ArrayDataAdapter):
    """Keras's adapter of arrays, with an order of its own in each epoch if the rows are shuffled."""

    orders = None  # of the dataset

    def get_tf_dataset(self):
        """The batches of an epoch, as often as one asks for an iterator."""
        if not self._shuffle:
            return super().get_tf_dataset()
        rows, orders = self._num_samples, self.new_orders()
        arrays = tree.lists_to_tuples(array_slicing.convert_to_sliceable(self._inputs, "tensorflow"))

        def order_of_an_epoch(_):
            return tf.ensure_shape(tf.numpy_function(orders, [], tf.int64), [rows])

        def batches(order):
            each = tf.data.Dataset.from_tensor_slices(order)
            return each.batch(self._batch_size, drop_remainder=rows % self._batch_size == 0)

        indices = tf.data.Dataset.range(1).map(order_of_an_epoch).flat_map(batches)
        # A function that read the arrays would keep its copy of them until Python collects garbage.
        both = tf.data.Dataset.zip(indices, tf.data.Dataset.from_tensors(arrays).repeat())
        dataset = both.map(_taken, num_parallel_calls=tf.data.AUTOTUNE)
        options = tf.data.Options()
        options.experimental_optimization.apply_default_optimizations = False  # as in Keras
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
        options.experimental_external_state_policy = tf.data.experimental.ExternalStatePolicy.IGNORE
        return dataset.with_options(options).prefetch(tf.data.AUTOTUNE)

    def new_orders(self):
        """The orders of the epochs of a dataset."""
        self.orders = Orders(self._num_samples, self._batch_size if self._shuffle == "batch" else None)
        return self.orders

    def arrays(self):
        """The arrays as Keras passes them to the model, in NumPy."""
        sliceables = array_slicing.convert_to_sliceable(self._inputs, target_backend="numpy")
        return tree.lists_to_tuples(map_arrays(lambda s: s.array, sliceables))


def with_adapters(adapter, model, method, args, kwargs):
    """The arguments of a model's ``fit`` or ``evaluate``, with adapters in place of arrays.

    Args:
        adapter: the class, ``Arrays`` or one that is derived from it.
        model: the ``course.Model``.
        method: its ``fit`` or ``evaluate``.
        args: arguments of the method.
        kwargs: the same.

    Returns:
        ``(args, kwargs)``.
    """
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
        data |= _validation(adapter, given, data)
    adapted = _adapted(adapter, steps=steps, **data)
    if adapted is not None:
        given = {name: value for name, value in given.items() if name not in data} | {"x": adapted}
    return (), given


def _validation(adapter, given, data):
    """Settle fit's arguments about validation; the data that are left to train on, where it splits some off."""
    parts, left = [data.get(name) for name in ("x", "y", "sample_weight")], {}
    splits = given.get("validation_data") is None and given.get("validation_split")
    if splits and _adapter_of(adapter, parts) is not None:
        split = given.pop("validation_split")
        parts, given["validation_data"] = array_slicing.train_validation_split(
            tuple(parts), validation_split=split
        )
        left = dict(zip(("x", "y", "sample_weight"), parts, strict=True))
        given |= left
    if given.get("validation_data") is not None:
        x, y, weight = unpack_x_y_sample_weight(given["validation_data"])
        size = given.get("validation_batch_size") or given.get("batch_size")
        adapted = _adapted(adapter, x, y, weight, batch_size=size, steps=given.get("validation_steps"))
        given["validation_data"] = given["validation_data"] if adapted is None else adapted
    return left


def _adapted(adapter, x=None, y=None, sample_weight=None, shuffle=False, **options):
    """An adapter for what has rows, in one order or in random orders; None for anything else."""
    made = _adapter_of(adapter, (x, y, sample_weight))
    if made is None or x is None:
        return None
    return made(x, y, sample_weight=sample_weight, shuffle=shuffle, **options)


def _adapter_of(adapter, data):
    """The class for NumPy arrays of numbers; ``Arrays`` for what else has rows; None for anything else."""
    if are_plain(data):
        return adapter
    return Arrays if can_convert_arrays(data) else None


def _taken(i, data):
    """The rows with these numbers."""

    def taken(x):
        if isinstance(x, array_slicing.TensorflowSparseWrapper):
            return array_slicing.slice_tensorflow_sparse_wrapper(x, i)
        return tf.gather(x, i) if tf.is_tensor(x) else None  # None: a container, or None itself

    return tree.traverse(taken, data)
