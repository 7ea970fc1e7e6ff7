"""Batches of arrays for JAX: those of Keras's ``ArrayDataAdapter``, without its machinery around each batch.

Keras maps a function over the tree of the data for every batch; on a small model that takes as long as the step. Here
the tree is walked once an epoch, and a batch is a few slices of NumPy arrays. A *group* of batches, which
``steps_per_execution`` runs in one compiled loop, is one longer slice seen as (group, batch, …): nothing is stacked.

Relies on these internals of Keras 3: ``ArrayDataAdapter`` with ``_inputs``, ``_num_samples``, ``_batch_size``,
``_size``, ``_shuffle``, and its order of draws from NumPy's global generator; ``convert_to_sliceable``.
"""

import contextlib
from functools import cache
from itertools import chain, repeat

import jax
import numpy as np
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.array_slicing import convert_to_sliceable


def array_batches(epoch_iterator):
    """Lets an epoch iterator over dense arrays slice them itself; any other kind of data is left to Keras.

    What follows on ``get_jax_iterator`` (cutting over devices, transfer ahead of time) stays Keras's.
    """
    adapter = epoch_iterator.data_adapter
    if type(adapter) is ArrayDataAdapter and _dense(adapter._inputs):
        # Keras's arrays as it prepares them for an epoch: of NumPy, floats in ``keras.config.floatx()``.
        arrays = cache(lambda: convert_to_sliceable(adapter._inputs, target_backend="jax"))
        adapter.get_jax_iterator = lambda: Batches(adapter, arrays)


def whole_epoch(epoch_iterator):
    """Lets an epoch iterator over arrays hand out the whole epoch as one execution."""
    if type(epoch_iterator.data_adapter) is ArrayDataAdapter and epoch_iterator.steps_per_epoch is None:
        keras_iterator = epoch_iterator._get_iterator
        epoch_iterator._get_iterator = lambda: Epoch(iter(keras_iterator()))
        epoch_iterator.steps_per_execution = epoch_iterator.num_batches


class Epoch:
    """All batches of an epoch, which one execution takes."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.batches)


def or_whole_epoch(execute, one=None):
    """An execution that also takes an ``Epoch``, and then repeats until no batch is left.

    Args:
        execute: ``(state, iterator) → None``, as Keras's loops call it.
        one: the compiled step, if each execution is one call of it.
    """

    def run(state, iterator):
        if not isinstance(iterator, Epoch):
            return execute(state, iterator)
        return (
            all_singles(state, iterator.batches)
            if one is not None
            else all_executions(state, iterator.batches)
        )

    def all_executions(state, batches):
        execute(state, batches)
        with contextlib.suppress(StopIteration):
            while True:
                execute(state, batches)

    def all_singles(state, batches):
        step = state.step
        step(one, next(batches))
        for data in getattr(batches, "singly", batches):
            step(one, data)

    return run


class Batches:
    """An epoch's batches, an iterator.

    Args:
        adapter: Keras's, which knows the size of a batch and how to shuffle.
        arrays: a function that returns the tree of its arrays, as Keras prepares them.
    """

    def __init__(self, adapter, arrays):
        self._samples, self._size, self._shuffle = adapter._num_samples, adapter._batch_size, adapter._shuffle
        self._arrays = arrays
        self._start = 0  # the first row of the next batch
        self._order = None
        self._cut_group = None
        self.singly = chain.from_iterable(self._pieces())  # what next() gives, without Python around it

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.singly)

    def _pieces(self):
        if not self._shuffle:
            start, whole = self._start, (self._samples - self._start) // self._size
            self._start += whole * self._size
            yield _each(self._arrays(), start, whole, self._size)
        cut = _cutter(self._arrays(), _rows_of)
        while self._start < self._samples:
            yield [cut(self._rows(min(self._start + self._size, self._samples)))]

    def group(self, n):
        """The next n batches as one, arrays with axes (group, batch, …); None if fewer whole ones are left."""
        stop = self._start + n * self._size
        if stop > self._samples:
            return None
        if self._cut_group is None:
            self._cut_group = _cutter(self._arrays(), lambda array: _groups_of(array, n, self._size))
        return self._cut_group(self._rows(stop))

    def _rows(self, stop):
        """The rows up to stop, in the order in which Keras takes them: a slice, or indices."""
        start, self._start = self._start, stop
        if self._shuffle == "batch":
            # Each batch is a run of rows in a random order of its own.
            cuts = range(start, stop, self._size)
            return np.concatenate([np.random.permutation(min(self._size, stop - i)) + i for i in cuts])  # noqa: NPY002
        if not self._shuffle:
            return slice(start, stop)
        if self._order is None:  # only when a batch is wanted: an iterator that nobody reads draws nothing
            self._order = np.random.permutation(self._samples)  # noqa: NPY002
        return self._order[start:stop]


def _dense(node):
    """Whether a tree of plain containers holds dense arrays alone."""
    if type(node) in (list, tuple, dict):
        return all(map(_dense, node.values() if type(node) is dict else node))
    return node is None or type(node) is np.ndarray or isinstance(node, jax.Array)


def _cutter(node, of):
    """The function ``rows → tree`` for a tree of arrays, given ``of(array)``, which is it for one array."""
    if node is None:
        return lambda rows: None
    if type(node) is dict:
        named = [(key, _cutter(part, of)) for key, part in node.items()]
        return lambda rows: {key: cut(rows) for key, cut in named}
    if type(node) in (list, tuple):
        kind, parts = type(node), [_cutter(part, of) for part in node]
        return lambda rows: kind([cut(rows) for cut in parts])
    return of(node.array)


def _rows_of(array):
    return array.__getitem__


def _groups_of(array, n, size):
    shape = (n, size, *array.shape[1:])
    return lambda rows: array[rows].reshape(shape)  # to cut the first axis in two is a view


def _each(node, start, whole, size):
    """An iterator over whole batches in their order, without Python around each array."""
    if node is None:
        return repeat(None)
    if type(node) in (dict, list, tuple):
        parts = node.values() if type(node) is dict else node
        rows = zip(*(_each(part, start, whole, size) for part in parts))  # noqa: B905 (None goes on for ever)
        if type(node) is dict:
            keys = tuple(node)
            return (dict(zip(keys, row, strict=True)) for row in rows)
        return rows if type(node) is tuple else map(list, rows)
    if isinstance(node.array, np.ndarray):
        return iter(_groups_of(node.array, whole, size)(slice(start, start + whole * size)))
    return (node.array[i : i + size] for i in range(start, start + whole * size, size))
