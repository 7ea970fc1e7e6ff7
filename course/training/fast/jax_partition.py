"""The state of a step on JAX in two parts: what the step changes, and what it only reads.

What a step only reads (learning rates, frozen weights, Keras's own loss when the step keeps another, in ``evaluate``
all weights) need not come back from a compiled step: each array that goes through a call costs about a microsecond,
which counts where a step takes a tenth of a millisecond.

What a step changes is known from the run without numbers that built the model (``course.training.rules.building``). If
the step, when it is traced, assigns something else as well, that is returned besides; so a wrong guess costs only time.
"""

import jax
from keras import tree

from course.training.fast import jax_work
from course.training.trainers.jax_state import LoopState, Plan, value_of


class PartitionedPlan(Plan):
    """A plan for steps that return only what they change.

    Args:
        variables: all variables of the state.
        only_read: those that the step is expected not to assign.
    """

    def __init__(self, variables, only_read):
        fixed = {id(v) for v in only_read}
        changed = [v for v in variables if id(v) not in fixed]
        self.read = [v for v in variables if id(v) in fixed]
        super().__init__([*changed, *self.read])
        self.changed = changed

    def state(self):
        """The state of a loop that begins."""
        return PartitionedState(self)

    def one(self, step, jit):
        """A compiled step, ``(changed, read, batch) → (changed, assigned against expectation, logs)``."""

        def run(changed, read, batch):
            changed, read, logs, written = step(self, changed, read, batch)
            return changed, self._unexpected(read, written), logs

        return jit(run, self)

    def many(self, step, jit):
        """Compiled steps over a group of batches, likewise."""

        def run(changed, read, group):
            assigned = set()

            def body(state, batch):
                *state, logs, written = step(self, *state, batch)
                assigned.update(written)
                return tuple(state), logs

            (changed, read), logs = jax.lax.scan(body, (changed, read), group)
            return changed, self._unexpected(read, assigned), tree.map_structure(lambda x: x[-1], logs)

        return jit(run, self)

    def _unexpected(self, read, written):
        """The new values of variables that the step was expected only to read, each by its place."""
        pairs = enumerate(zip(self.read, read, strict=False))
        return {i: value for i, (v, value) in pairs if id(v) in written}


class PartitionedState(LoopState):
    """The values of a partitioned plan's variables while a loop runs."""

    def __init__(self, plan):
        super().__init__(plan)
        self.read = [value_of(v) for v in plan.read]

    def _first(self):
        return [value_of(v) for v in self.plan.changed], {}, None

    def step(self, compiled, data):
        """One call of a compiled step."""
        changed, unexpected, _ = self.latest[0]
        if unexpected:
            self.read = [unexpected.get(i, value) for i, value in enumerate(self.read)]
        read = self.read
        if self.plan.others:
            read = [*read, *map(value_of, self.plan.others)]
        # A step is compiled here, and not when it is called: between its call and `latest` is no code of Python.
        if isinstance(compiled, jax_work.Step):
            compiled = compiled.compiled_for(changed, read, data)
        self.latest.extend(map(compiled, (changed,), (read,), (data,)))

    def values(self):
        """The newest values, in the order of the plan's variables."""
        changed, unexpected, _ = self.latest[0]
        return [*changed, *(unexpected.get(i, value) for i, value in enumerate(self.read))]

    def give_back(self):
        """Let the variables have the newest values."""
        super().give_back()
        self.read = []
