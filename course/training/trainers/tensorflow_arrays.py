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
from keras.src.trainers.data_adapters import array_slicing, data_adapter_utils
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

from course.training.trainers.tensorflow_batches import are_plain, map_arrays

# What of fit's and evaluate's arguments describes the data, and is settled once there is an adapter.
_DATA = ("x", "y", "sample_weight", "batch_size", "class_weight", "shuffle")


class Orders:
    """Random orders of rows, one for each call, by a generator of its own.

    Its seed comes from NumPy's, which ``keras.utils.set_random_seed`` sets: ``tf.data`` asks for an order in a thread
    of its own, at a time that nobody knows.
    """

    def __init__(self, rows):
        seed = np.random.randint(2**31 - 1)  # noqa: NPY002  Keras sets the seed of this generator
        self._rows, self._generator = rows, np.random.default_rng(seed)

    def __call__(self):
        """The numbers 0, …, rows − 1 in a random order."""
        return self._generator.permutation(self._rows)


class Arrays(ArrayDataAdapter):
    """Keras's adapter of arrays, with an order of its own in each epoch if the rows are shuffled."""

    def get_tf_dataset(self):
        """The batches of an epoch, as often as one asks for an iterator."""
        if not self._shuffle:
            return super().get_tf_dataset()
        rows, orders = self._num_samples, Orders(self._num_samples)
        arrays = tree.lists_to_tuples(array_slicing.convert_to_sliceable(self._inputs, "tensorflow"))
        arrays = map_arrays(tf.convert_to_tensor, arrays)

        def order_of_an_epoch(_):
            return tf.ensure_shape(tf.numpy_function(orders, [], tf.int64), [rows])

        def batches(order):
            each = tf.data.Dataset.from_tensor_slices(order)
            return each.batch(self._batch_size, drop_remainder=rows % self._batch_size == 0)

        indices = tf.data.Dataset.range(1).map(order_of_an_epoch).flat_map(batches)
        dataset = indices.map(lambda i: map_arrays(lambda a: tf.gather(a, i), arrays))
        options = tf.data.Options()
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
        options.experimental_external_state_policy = tf.data.experimental.ExternalStatePolicy.IGNORE
        return dataset.with_options(options).prefetch(tf.data.AUTOTUNE)

    def arrays(self):
        """The arrays as Keras passes them to the model, in NumPy."""
        sliceables = array_slicing.convert_to_sliceable(self._inputs, target_backend="numpy")
        return tree.lists_to_tuples(tree.map_structure(lambda s: s.array, sliceables, none_is_leaf=False))


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
        x, y, weight = data_adapter_utils.unpack_x_y_sample_weight(given["validation_data"])
        size = given.get("validation_batch_size") or given.get("batch_size")
        adapted = _adapted(adapter, x, y, weight, batch_size=size, steps=given.get("validation_steps"))
        given["validation_data"] = given["validation_data"] if adapted is None else adapted
    return left


def _adapted(adapter, x=None, y=None, sample_weight=None, shuffle=False, **options):
    """An adapter for arrays in one order or in random orders; None for anything else."""
    made = _adapter_of(adapter, (x, y, sample_weight))
    if made is None or x is None or not isinstance(shuffle, bool):
        return None
    return made(x, y, sample_weight=sample_weight, shuffle=shuffle, **options)


def _adapter_of(adapter, data):
    """The class for NumPy arrays of numbers; ``Arrays`` for tensors and tables; None for anything else."""
    if are_plain(data):
        return adapter
    leaves = [a for a in tree.flatten(data) if a is not None]
    return Arrays if leaves and all(map(_is_dense, leaves)) else None


def _is_dense(a):
    """Whether rows of it can be taken as those of an array."""
    sparse = data_adapter_utils.is_scipy_sparse(a) or isinstance(a, (tf.SparseTensor, tf.RaggedTensor))
    return array_slicing.can_slice_array(a) and not sparse
