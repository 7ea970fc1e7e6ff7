"""Batches of arrays for TensorFlow: those of Keras in Keras's order, sliced in NumPy instead of by ``tf.data``.

``tf.data`` reads files, decodes and prefetches. For arrays in memory its machinery costs more than a small step. Here
``fit`` and ``evaluate`` hand Keras a data adapter, which is Keras's own door for other kinds of data; its "dataset"
slices a batch, and the compiled step is called with it. Whatever is not a plain array, and every strategy, goes
through ``tf.data`` as before.
"""

import functools
import inspect

import keras
import numpy as np
import tensorflow as tf
from keras import tree
from keras.src.backend import config
from keras.src.trainers.data_adapters import array_slicing
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import unpack_x_y_sample_weight

from course.distribution import front

# What of fit's and evaluate's arguments describes the data, and is settled once there is an adapter.
_DATA = ("x", "y", "sample_weight", "batch_size", "class_weight", "shuffle")


class Arrays(ArrayDataAdapter):
    """Keras's adapter of arrays; what it calls a TensorFlow dataset are ``Batches``."""

    def get_tf_dataset(self):
        """The batches of an epoch, as often as one asks for an iterator."""
        sliceables = array_slicing.convert_to_sliceable(self._inputs, target_backend="numpy")
        arrays = tree.map_structure(lambda s: s.array, sliceables, none_is_leaf=False)
        return Batches(tree.lists_to_tuples(arrays), self._num_samples, self._batch_size, bool(self._shuffle))


class Batches:
    """Arrays in slices.

    Args:
        arrays: a tree of NumPy arrays of ``rows`` rows, and None.
        rows: how many.
        size: rows in a batch; the last may have fewer.
        shuffled: whether each epoch takes the rows in an order of its own.
    """

    def __init__(self, arrays, rows, size, shuffled):
        self.leaves = []
        self.places = _map(lambda a: self.leaves.append(a) or len(self.leaves) - 1, arrays)
        self.rows, self.size = rows, size
        self.order = _orders(rows) if shuffled else None
        self.whole = rows % size == 0
        self.in_one = False  # whether one execution takes the whole epoch
        self.kind = repr((self.places, [(a.shape[1:], a.dtype.str) for a in self.leaves]))

    def __iter__(self):
        return Epoch(self, None if self.order is None else next(iter(self.order)).numpy())

    @property
    def first(self):
        """The first rows as a batch, in the arrays' order."""
        return _map(lambda i: tf.convert_to_tensor(self.leaves[i][: self.size]), self.places)


def in_one(epoch_iterator):
    """Let an epoch iterator over ``Batches`` hand out the whole epoch as one execution."""
    batches = epoch_iterator._get_iterator()
    if isinstance(batches, Batches) and epoch_iterator.steps_per_epoch is None:
        batches.in_one = True
        epoch_iterator.steps_per_execution = epoch_iterator.num_batches


def _map(f, structure):
    return tree.map_structure(f, structure, none_is_leaf=False)


def _orders(rows):
    """The permutations that ``ArrayDataAdapter.get_tf_dataset`` draws: one for each iterator, from the same seeds."""
    orders = tf.data.Dataset.range(1).map(lambda _: tf.random.shuffle(tf.range(rows, dtype=tf.int64)))
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    options.experimental_external_state_policy = tf.data.experimental.ExternalStatePolicy.IGNORE
    return orders.with_options(options)


class Epoch:
    """An iterator over the batches of an epoch, each as a list of its leaves."""

    def __init__(self, batches, order):
        self.batches, self.order = batches, order
        self._starts = iter(range(0, batches.rows, batches.size))

    def __iter__(self):
        return self

    def __next__(self):
        start = next(self._starts)
        stop = start + self.batches.size
        if self.order is None:
            return [tf.convert_to_tensor(a[start:stop]) for a in self.batches.leaves]
        chosen = self.order[start:stop]
        return [tf.convert_to_tensor(a.take(chosen, axis=0)) for a in self.batches.leaves]


class Compiled:
    """A step, compiled for what it meets.

    ``tf.function`` looks up at each call what it was compiled for and takes the batch apart, which takes about as long
    as a small step. Here that is done once for all batches of an epoch. The number of rows is fixed if every batch so
    far had the same, as Keras does; else the step is compiled for any.

    Args:
        step: ``batch → logs``.
        eager: run it as written.
        jit_compile: by XLA.
    """

    def __init__(self, step, eager, jit_compile):
        self._step, self._eager, self._jit_compile = step, eager, jit_compile
        self._known = {}

    def of(self, batches):
        """The function of a batch's leaves for these batches."""
        step, places = self._step, batches.places

        @tf.autograph.experimental.do_not_convert
        def run(*leaves):
            return step(_map(lambda i: leaves[i], places))

        if self._eager:
            return run
        size = batches.size if batches.whole else None
        known = self._known.get(batches.kind)
        if known is None or known[0] not in (size, None):
            size = size if known is None else None
            specs = [tf.TensorSpec((size, *a.shape[1:]), a.dtype) for a in batches.leaves]
            function = tf.function(run, jit_compile=self._jit_compile)
            known = self._known[batches.kind] = size, function.get_concrete_function(*specs)
        return known[1]


class LeanLoops:
    """``fit`` and ``evaluate`` that call the compiled step with slices of arrays."""

    def fit(self, *args, **kwargs):
        """Keras's ``fit``."""
        args, kwargs = self._lean(super().fit, args, kwargs)
        return super().fit(*args, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Keras's ``evaluate``."""
        args, kwargs = self._lean(super().evaluate, args, kwargs)
        return super().evaluate(*args, **kwargs)

    def _lean(self, method, args, kwargs):
        """The arguments, with adapters in place of arrays."""
        if not self._is_fast() or not self._alone() or not self.compiled or config.max_steps_per_epoch():
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
        general = super()._make_function(_after_data(step))

        compiled = Compiled(step, self.run_eagerly, self.jit_compile)

        def function(iterator):
            if inspect.isgenerator(iterator):
                iterator = _one_batch(next(iterator))
            if type(iterator) is not Epoch:
                return general(iterator)
            run = compiled.of(iterator.batches)
            count, logs = iterator.batches.rows if iterator.batches.in_one else self.steps_per_execution, None
            for _, leaves in zip(range(count), iterator, strict=False):
                logs = run(*leaves)
            if logs is None:
                raise StopIteration
            return tree.map_structure(tf.convert_to_tensor, logs) if self.run_eagerly else logs

        return function


def _after_data(step):
    """The step, of which nothing is done before its data are there.

    Keras takes a batch of a ``tf.data.Dataset`` within the compiled function. Should none be left, or the source be at
    fault, what the step does without looking at the data (to count) would have been done all the same.
    """

    @functools.wraps(step)
    def run(data):
        with tf.control_dependencies([x for x in tf.nest.flatten(data) if isinstance(x, tf.Tensor)]):
            return step(data)

    return run


def _one_batch(batch):
    """The batch of ``train_on_batch`` as an epoch, so that the step is compiled for its shape; or as an iterator.

    ``tf.function`` would compile it for any shape as soon as a second one comes, and a shape that is wrong would be
    found when half of the step has been done.
    """
    arrays = [a for a in tree.flatten(batch) if a is not None]
    rows = {len(a) for a in arrays if type(a) is np.ndarray and a.ndim}
    if not _plain(arrays) or len(rows) != 1 or not all(a.ndim for a in arrays):
        return iter([batch])
    (rows,) = rows
    return iter(Batches(batch, rows, rows, shuffled=False))


def _validation(given, data):
    """Settle fit's arguments about validation; the data that are left to train on, where it splits some off."""
    parts, left = [data.get(name) for name in ("x", "y", "sample_weight")], {}
    if given.get("validation_data") is None and given.get("validation_split") and _plain(parts):
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


def _plain(data):
    """Whether all of the data are NumPy arrays of numbers."""
    arrays = [a for a in tree.flatten(data) if a is not None]
    return bool(arrays) and all(
        type(a) is np.ndarray and a.dtype.kind in "fiub" and a.dtype.isnative for a in arrays
    )


def _adapter(x=None, y=None, sample_weight=None, shuffle=False, **options):
    """An adapter for plain arrays in one order or in Keras's random order; None for anything else."""
    if isinstance(shuffle, bool) and x is not None and _plain((x, y, sample_weight)):
        return Arrays(x, y, sample_weight=sample_weight, shuffle=shuffle, **options)
    return None
