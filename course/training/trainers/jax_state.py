"""The state of a step in two parts: what it changes, and what it only reads.

A compiled step is called with all state of a model and gives all of it back. What it only reads (learning rates, frozen
weights, Keras's own loss when the step keeps another, in ``evaluate`` all weights) need not come back: each array that
goes through a call costs about a microsecond, which counts where a step takes a tenth of a millisecond.

What a step changes is known from the run without numbers that built the model (``rules.building``). If the
step, when it is traced, assigns something else as well, that is returned besides; so a wrong guess costs only time.

A ``Plan`` says which variable has which place, and a step is compiled for one plan: a value stays with its variable,
whatever becomes trainable, frozen, added or exchanged between two loops. ``Held`` has the values while a loop runs.

A step may also read variables that the model does not own: those of another model, or one that a callback sets. They
are found when the step is traced, and from the next call on the step is given the values that they have then.
"""

import sys
from collections import deque
from functools import cache, partial

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


class Plan:
    """The variables of a loop's state, in the order in which a compiled step takes their values.

    Args:
        variables: all of them.
        only_read: those that the step is expected not to assign.
        placed: whether the values lie on several devices; then ``shardings`` says how those that change do.
    """

    def __init__(self, variables, only_read=(), placed=False):
        fixed = {id(v) for v in only_read}
        self.changed = [v for v in variables if id(v) not in fixed]
        self.read = [v for v in variables if id(v) in fixed]
        self.variables = [*self.changed, *self.read]
        self.known = {id(v) for v in self.variables}
        self.others = []  # what the step reads and the model does not own
        self.shardings = [v.value.sharding for v in self.changed] if placed else None
        self._programs = {}

    def given(self, changed, read):
        """The variables whose values a step is given in these two lists."""
        return [*self.variables, *self.others][: len(changed) + len(read)]

    def note(self, variables):
        """Give the step the values of these variables, too, from the next call on."""
        met = {*self.known, *map(id, self.others)}
        self.others += [v for v in variables if id(v) not in met]

    def program(self, key, make):
        """What was made for this plan under the key, a step; made now if it is the first time."""
        if key not in self._programs:
            self._programs[key] = make()
        return self._programs[key]


class Held:
    """The values of a plan's variables while a loop runs. The variables have none meanwhile, or both would be kept.

    A compiled step destroys the values that it is given to change (its memory becomes that of the new ones), so the
    newest result must never be lost: it is put into ``latest`` by the interpreter's own code, between whose
    instructions no KeyboardInterrupt comes.
    """

    def __init__(self, plan):
        self.plan = plan
        self.read = [_value(v) for v in plan.read]
        self.latest = deque([([_value(v) for v in plan.changed], {}, None)], maxlen=1)

    def take(self):
        """Let the variables give their values up; copy what somebody else has too and must not see destroyed."""
        for v in self.plan.variables:
            v._value = None
        values = self.latest[0][0]
        for i in range(len(values)):
            if sys.getrefcount(values[i]) > 2:  # this list and the argument
                values[i] = jax.device_put(values[i], values[i].sharding, may_alias=False)

    def step(self, compiled, data):
        """One call of a compiled step."""
        changed, more, _ = self.latest[0]
        if more:
            self.read = [more.get(i, value) for i, value in enumerate(self.read)]
        read = self.read
        if self.plan.others:
            read = [*read, *map(_value, self.plan.others)]
        self.latest.extend(map(compiled, (changed,), (read,), (data,)))

    @property
    def logs(self):
        """What the last step returned."""
        return self.latest[0][2]

    def give_back(self):
        """Let the variables have the newest values."""
        if self.latest:
            changed, more, _ = self.latest[0]
            read = [more.get(i, value) for i, value in enumerate(self.read)]
            for v, value in zip(self.plan.variables, (*changed, *read), strict=True):
                v._direct_assign(value)
            self.latest.clear()
            self.read = []


def _value(variable):
    """Past the property ``value``, which asks for scopes and for variables that have none yet."""
    return variable.value if variable._value is None else variable._value


def one(step, plan, jit):
    """A compiled step, ``(changed, read, batch) → (changed, assigned after all, logs)``.

    Args:
        step: ``(plan, changed, read, batch) → (changed, read, logs, ids of the variables that it assigned)``.
        plan: the ``Plan`` of the state.
        jit: what compiles a function of ``(changed, read, batch)`` for a plan, its first argument donated.
    """

    def run(changed, read, batch):
        changed, read, logs, written = step(plan, changed, read, batch)
        return changed, _after_all(plan, read, written), logs

    return jit(run, plan)


def many(step, plan, jit):
    """Compiled steps over a group of batches, arrays with axes (group, batch, …); the logs are those of the last."""

    def run(changed, read, group):
        assigned = set()

        def body(state, batch):
            *state, logs, written = step(plan, *state, batch)
            assigned.update(written)
            return tuple(state), logs

        (changed, read), logs = jax.lax.scan(body, (changed, read), group)
        return changed, _after_all(plan, read, assigned), tree.map_structure(lambda x: x[-1], logs)

    return jit(run, plan)


def _after_all(plan, read, written):
    """By its place, what was expected to be only read and is assigned."""
    return {i: value for i, (v, value) in enumerate(zip(plan.read, read, strict=False)) if id(v) in written}


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
