"""Arrays as batches for a compiled step on TensorFlow, without ``tf.data`` around them.

``train_on_batch`` brings one batch. ``tf.function`` by itself would compile the step for any shape as soon as a second
shape comes, and would find a wrong shape when half of the step has been done. The fast paths use the same classes for
the batches of ``fit``.
"""

import functools

import numpy as np
import tensorflow as tf
from keras import tree

from course.training.trainers.arrays import map_arrays


class Batches:
    """Arrays in slices.

    Args:
        arrays: a tree of NumPy arrays of ``rows`` rows, and None.
        rows: how many.
        size: rows in a batch; the last may have fewer.
        orders: a function that gives the order of the rows in an epoch; None: always in their order.
    """

    def __init__(self, arrays, rows, size, orders=None):
        self.leaves = []
        self.places = map_arrays(lambda a: self.leaves.append(a) or len(self.leaves) - 1, arrays)
        self.rows, self.size = rows, size
        self.orders = orders
        self.whole = rows % size == 0
        self.at_once = False  # whether one execution takes the whole epoch
        self.kind = repr((self.places, [(a.shape[1:], a.dtype.str) for a in self.leaves]))

    def __iter__(self):
        return Epoch(self)

    @property
    def first(self):
        """The first rows as a batch, in the arrays' order."""
        return map_arrays(lambda i: tf.convert_to_tensor(self.leaves[i][: self.size]), self.places)


class Epoch:
    """An iterator over the batches of an epoch, each as a list of its leaves."""

    def __init__(self, batches):
        self.batches, self._order = batches, None
        self._start = 0  # the first row of the next batch

    def __iter__(self):
        return self

    def __next__(self):
        if self._start >= self.batches.rows:
            raise StopIteration
        return list(map(tf.convert_to_tensor, self._rows(self._start + self.batches.size)))

    def group(self, n):
        """The next n batches as one, leaves with the axes (group, batch, …); None if fewer whole ones are left."""
        size = self.batches.size
        if self._start + n * size > self.batches.rows:
            return None
        return [
            tf.convert_to_tensor(a.reshape(n, size, *a.shape[1:])) for a in self._rows(self._start + n * size)
        ]

    def _rows(self, stop):
        start, self._start = self._start, stop
        if self.batches.orders is None:
            return [a[start:stop] for a in self.batches.leaves]
        if self._order is None:  # Keras makes iterators that nobody uses: one order for each epoch
            self._order = self.batches.orders()
        return [a.take(self._order[start:stop], axis=0) for a in self.batches.leaves]


class Compiled:
    """A step, compiled for the shapes that it meets.

    The number of rows is fixed if every batch so far had the same, as Keras does; else the step is compiled for any.
    ``tf.function`` looks up at each call what it was compiled for, which takes about as long as a small step; here
    that is done once for all batches of an epoch.

    Args:
        step: ``batch → logs``.
        eager: run it as written.
        jit_compile: by XLA.
    """

    def __init__(self, step, eager, jit_compile):
        self._step, self._eager, self._jit_compile = step, eager, jit_compile
        self._known, self._loops = {}, {}

    def steps(self, epoch, most, group):
        """Do the steps of the next batches of an epoch, at most so many; ``group`` of them are one call.

        Returns:
            The logs of the last step; None if no batch is left.
        """
        one, logs = self.of(epoch.batches), None
        loop = self._loop_of(one) if group > 1 and not self._eager else None
        while loop is not None and most >= group and (leaves := epoch.group(group)) is not None:
            logs, most = loop(*leaves), most - group
        for _, leaves in zip(range(most), epoch, strict=False):
            logs = one(*leaves)
        return logs

    def _loop_of(self, one):
        """A function of the leaves of a group that calls the compiled step for each batch; it is not traced again."""
        if one not in self._loops:
            self._loops[one] = _loop(one, self._jit_compile)
        return self._loops[one]

    def of(self, batches):
        """The function of a batch's leaves for these batches."""
        step, places = self._step, batches.places

        @tf.autograph.experimental.do_not_convert
        def run(*leaves):
            return step(map_arrays(lambda i: leaves[i], places))

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


def _loop(one, jit_compile):
    @functools.partial(tf.function, autograph=False, jit_compile=jit_compile, reduce_retracing=True)
    def run(*leaves):
        def step(i):
            return one(*[tf.gather(leaf, i) for leaf in leaves])

        def body(i):
            step(i)
            return i + 1

        # the logs of the last step alone are wanted: the others do not compute theirs
        last = tf.shape(leaves[0])[0] - 1
        return step(tf.while_loop(lambda i: i < last, body, [0], parallel_iterations=1)[0])

    return run


def after_data(step):
    """The step, of which nothing is done before its data are there.

    Keras takes a batch of a ``tf.data.Dataset`` within the compiled function. Should none be left, or the source be at
    fault, what the step does without looking at the data (to count) would have been done all the same.
    """

    @functools.wraps(step)
    def run(data):
        with tf.control_dependencies([x for x in tf.nest.flatten(data) if isinstance(x, tf.Tensor)]):
            return step(data)

    return run


def one_batch(batch):
    """The batch of ``train_on_batch`` as an epoch, so that the step is compiled for its shape; or as an iterator.

    ``tf.function`` would compile it for any shape as soon as a second one comes, and a shape that is wrong would be
    found when half of the step has been done.
    """
    arrays = [a for a in tree.flatten(batch) if a is not None]
    rows = {len(a) for a in arrays if type(a) is np.ndarray and a.ndim}
    if not are_plain(arrays) or len(rows) != 1 or not all(a.ndim for a in arrays):
        return iter([batch])
    (rows,) = rows
    return iter(Batches(batch, rows, rows))


def are_plain(data):
    """Whether all of the data are NumPy arrays of numbers."""
    arrays = [a for a in tree.flatten(data) if a is not None]
    return bool(arrays) and all(
        type(a) is np.ndarray and a.dtype.kind in "fiub" and a.dtype.isnative for a in arrays
    )
