"""The state of a step in two parts: what it changes, and what it only reads.

A compiled step is called with all state of a model and gives all of it back. What it only reads (learning rates, frozen
weights, Keras's own loss when the step keeps another, in ``evaluate`` all weights) need not come back: each array that
goes through a call costs about a microsecond, which counts where a step takes a tenth of a millisecond.

What a step changes is known from the run without numbers that built the model (``course.training.building``). If the
step, when it is traced, assigns something else as well, that is returned besides; so a wrong guess costs only time.
"""

from functools import cache, partial
from itertools import chain

import jax
import jax.numpy as jnp
import keras
from keras import tree

# How Keras resets a metric when it sets variables to zero, and which ones.
_ZEROED = {
    keras.metrics.Metric.reset_state: lambda metric: metric.variables,
    keras.metrics.Mean.reset_state: lambda metric: [metric.total, metric.count],
    keras.metrics.Sum.reset_state: lambda metric: [metric.total],
}


class Split:
    """Which variables of the state are changed and which only read.

    Args:
        variables: those of the state, in parts: a list of lists.
        only_read: those that the step is expected not to assign.
    """

    def __init__(self, variables, only_read=()):
        fixed = {id(v) for v in only_read}
        flat = list(chain.from_iterable(variables))
        self._sizes = [len(part) for part in variables]
        self._changed = [i for i, v in enumerate(flat) if id(v) not in fixed]
        self._read = [i for i, v in enumerate(flat) if id(v) in fixed]
        self.only_read = [flat[i] for i in self._read]

    def cut(self, state):
        """The values of the state, in parts → those that are changed, those that are only read."""
        flat = list(chain.from_iterable(state))
        return [flat[i] for i in self._changed], [flat[i] for i in self._read]

    def join(self, changed, read):
        """The inverse of ``cut``."""
        flat = [None] * sum(self._sizes)
        for places, values in ((self._changed, changed), (self._read, read)):
            for i, value in zip(places, values, strict=True):
                flat[i] = value
        flat = iter(flat)
        return tuple([next(flat) for _ in range(size)] for size in self._sizes)


def one(step, split, jit):
    """A compiled step, ``((changed, read), batch) → ((changed, read), logs)``.

    Args:
        step: ``(state, batch) → (state, logs, ids of the variables that it assigned)``, state in parts.
        split: a function without arguments that returns the ``Split`` of the state.
        jit: what compiles ``(changed, read, batch) → (changed, assigned after all, logs)``, its first argument donated.
    """

    def run(changed, read, batch):
        now = split()
        state, logs, written = step(now.join(changed, read), batch)
        return *_returned(now, state, written), logs

    return _called(jit(run))


def many(step, split, jit):
    """Compiled steps over a group of batches, arrays with axes (group, batch, …); the logs are those of the last."""

    def run(changed, read, group):
        now, assigned = split(), set()

        def body(state, batch):
            state, logs, written = step(state, batch)
            assigned.update(written)
            return state, logs

        state, logs = jax.lax.scan(body, now.join(changed, read), group)
        return *_returned(now, state, assigned), tree.map_structure(lambda x: x[-1], logs)

    return _called(jit(run))


def _returned(split, state, written):
    """State that comes back: what was to be changed, and of the rest what was assigned after all, by its place."""
    changed, read = split.cut(state)
    return changed, {i: read[i] for i, v in enumerate(split.only_read) if id(v) in written}


def _called(compiled):
    def call(state, data):
        changed, read = state
        changed, more, logs = compiled(changed, read, data)
        if more:
            read = [more.get(i, value) for i, value in enumerate(read)]
        return (changed, read), logs

    return call


def zeroed(metrics):
    """Reset the metrics that have a way of their own; return the variables that the others want to be zero."""
    variables = []
    for metric in metrics:
        which = _ZEROED.get(type(metric).reset_state)
        if which is None or "reset_state" in vars(metric):
            metric.reset_state()
        else:
            variables += which(metric)
    return variables


def zeros(specs):
    """Zeros of the given shapes and types."""
    return _zeros(specs)() if specs else []


def result(metric):
    """``metric.result()``."""
    if type(metric).result is not keras.metrics.Mean.result or "result" in vars(metric):
        return metric.result()
    return _mean(metric.total._value, metric.count._value, metric.dtype)


@partial(jax.jit, static_argnums=2)
def _mean(total, count, dtype):
    return keras.ops.divide_no_nan(total, keras.ops.cast(count, dtype))


@cache
def _zeros(specs):
    return jax.jit(lambda: [jnp.zeros(shape, dtype) for shape, dtype in specs])
