"""What a step needs on TensorFlow when ``tf.distribute`` runs it on several replicas.

Keras has rules of its own there: its losses are divided by the number of replicas, its optimizers add the replicas'
gradients up after clipping each, and a metric that is read inside a step shows one replica's rows. While a
``course.Model`` steps they are suspended, for ``course.value_and_grad`` already returns the means over the global
batch.
"""

import contextlib
from contextvars import ContextVar

import keras
import tensorflow as tf
from keras import tree
from keras.src.backend.tensorflow import trainer as keras_trainer
from keras.src.backend.tensorflow.core import Variable
from keras.src.losses import loss as keras_loss

from course.context import set_attribute, set_context
from course.distribution.tensorflow import Share, padded, processes, share, total

_noted = ContextVar("noted", default=None)  # the Keras variables that a replica's step assigns: id → variable


class Replicas:
    """The steps of a ``course.Model`` on several replicas."""

    def _make_function(self, step):
        if self.distribute_strategy.num_replicas_in_sync == 1:
            return super()._make_function(step)
        function = super()._make_function(self._on_each_replica(step))

        def run(iterator):
            with self._rules_suspended():
                return function(iterator)

        return run

    def _on_each_replica(self, step):
        def run(data):
            rows = tf.shape(next(x for x in tree.flatten(data) if x is not None))[0]
            mine = Share(rows)
            counted, assigned = list(self.metrics_variables), {}
            mine.before = {id(v): tf.identity(v.value) for v in counted}
            with mine.entered(), set_context(_noted, assigned):
                logs = step(padded(data, rows))
                for v in counted:
                    v.assign(_counted(mine, v))
                self._agree(mine, assigned)
                return _means(mine, logs)

        return run

    def _agree(self, mine, assigned):
        """What the step assigned on its way (BatchNorm's averages) becomes the mean over the rows."""
        others = [*self.metrics_variables, *(v for o in self.optimizers for v in o.variables)]
        known = {id(v) for v in others}
        shared = [v for i, v in assigned.items() if i not in known and keras.backend.is_float_dtype(v.dtype)]
        for v, mean in zip(shared, mine.mean([v.value for v in shared]), strict=True):
            v.assign(mean)

    @contextlib.contextmanager
    def _rules_suspended(self):
        def all_rows(metric):
            def result():
                if share() is None:
                    return type(metric).result(metric)
                sums = total([_counted(share(), v) for v in metric.variables])
                with keras.StatelessScope(zip(metric.variables, sums, strict=True)):
                    return type(metric).result(metric)

            return result

        with contextlib.ExitStack() as stack:
            for name in ("scale_loss_for_distribution", "unscale_loss_for_distribution"):
                stack.enter_context(set_attribute(keras_loss, name, lambda value: value))
            stack.enter_context(set_attribute(Variable, "assign", _noting(Variable.assign)))
            stack.enter_context(set_attribute(keras_trainer, "reduce_per_replica", _first))
            for optimizer in self.optimizers:
                stack.enter_context(set_attribute(optimizer, "_all_reduce_sum_gradients", list))
            for metric in self.metrics:
                stack.enter_context(set_attribute(metric, "result", all_rows(metric)))
            yield

    def _spread_seeds(self):
        """Let each replica draw numbers of its own: replica i's seed is that of replica 0, moved by i."""
        strategy = self.distribute_strategy
        if strategy.num_replicas_in_sync == 1:
            return
        for state in self._seed_states():
            copies = strategy.experimental_local_results(state.value)
            first, before = copies[0].numpy(), processes()[0] * len(copies)
            for i, copy in enumerate(copies, before):
                copy.assign(first + tf.constant([7919 * i, 0], copy.dtype))

    def _local(self, batch):
        """This process's first replica's part of a batch."""
        return tf.nest.map_structure(
            lambda x: self.distribute_strategy.experimental_local_results(x)[0], batch
        )


def _counted(mine, variable):
    """A metric's state on this replica; a replica without rows has counted nothing in this step."""
    if id(variable) not in mine.before:
        return variable.value
    return tf.where(mine.rows > 0, variable.value, mine.before[id(variable)])


def _noting(assign):
    def noting(variable, value):
        if _noted.get() is not None:
            _noted.get()[id(variable)] = variable
        return assign(variable, value)

    return noting


def _first(values, strategy, reduction):
    """What a step reports is the same on each replica."""
    return tree.map_structure(lambda x: strategy.experimental_local_results(x)[0], values)


def _means(mine, logs):
    """The numbers to report: floats that depend on the replica's rows become means over all rows."""
    tensors = tree.map_structure(tf.convert_to_tensor, logs)
    flat = tree.flatten(tensors)
    floats = [i for i, x in enumerate(flat) if x.dtype.is_floating]
    for i, mean in zip(floats, mine.mean([flat[i] for i in floats]), strict=True):
        flat[i] = mean
    return tree.pack_sequence_as(tensors, flat)
