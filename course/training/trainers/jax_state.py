"""The state of a step as values: a compiled step takes them all, and returns them all.

A ``Plan`` says which variable has which place, and a step is compiled for one plan. So a value stays with its
variable, whatever becomes trainable, is frozen, added or exchanged between two loops. ``LoopState`` has the values
while a loop runs.

A step may also read variables that the model does not own: those of another model, or one that a callback sets. They
are found when the step is traced, and from the next call on the step is given the values that they have then.
"""

import sys
from collections import deque

import jax
from keras import tree


class Plan:
    """The variables of a loop's state, in the order in which a compiled step takes their values.

    Args:
        variables: all of them.
        placed: whether the values lie on several devices; then ``shardings`` says how.

    Attributes:
        changed: the variables whose new values the step returns: here all.
        others: the variables that the step reads and the model does not own.
    """

    def __init__(self, variables, placed=False):
        self.variables = self.changed = list(variables)
        self.known = {id(v) for v in self.variables}
        self.others = []
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

    def state(self):
        """The state of a loop that begins."""
        return LoopState(self)

    def one(self, step, jit):
        """A compiled step, ``(changed, read, batch) → (changed, logs)``.

        Args:
            step: ``(plan, changed, read, batch) → (changed, read, logs, ids of the variables that it assigned)``.
            jit: what compiles a function of ``(changed, read, batch)`` for a plan, its first argument donated.
        """

        def run(changed, read, batch):
            changed, _, logs, _ = step(self, changed, read, batch)
            return changed, logs

        return jit(run, self)

    def many(self, step, jit):
        """Compiled steps over a group of batches, arrays with axes (group, batch, …); the last step's logs."""

        def run(changed, read, group):
            def body(changed, batch):
                changed, _, logs, _ = step(self, changed, read, batch)
                return changed, logs

            changed, logs = jax.lax.scan(body, changed, group)
            return changed, tree.map_structure(lambda x: x[-1], logs)

        return jit(run, self)


class LoopState:
    """The values of a plan's variables while a loop runs. The variables have none meanwhile, or both would be kept.

    A compiled step destroys the values that it is given to change (its memory becomes that of the new ones), so the
    newest result must never be lost: it is put into ``latest`` by the interpreter's own code, between whose
    instructions no KeyboardInterrupt comes.
    """

    def __init__(self, plan):
        self.plan = plan
        self.latest = deque([self._first()], maxlen=1)  # what the last step returned

    def _first(self):
        return [value_of(v) for v in self.plan.changed], None

    def take(self):
        """Let the variables give their values up; copy what somebody else has too and must not see destroyed."""
        for v in self.plan.variables:
            v._value = None
        values = self.latest[0][0]
        for i in range(len(values)):
            if sys.getrefcount(values[i]) > 2:  # this list and the argument
                values[i] = jax.device_put(values[i], may_alias=False)

    def step(self, compiled, data):
        """One call of a compiled step."""
        changed, read = self.latest[0][0], [value_of(v) for v in self.plan.others]
        self.latest.extend(map(compiled, (changed,), (read,), (data,)))

    @property
    def logs(self):
        """What the last step reported."""
        return self.latest[0][-1]

    def values(self):
        """The newest values, in the order of the plan's variables."""
        return self.latest[0][0]

    def give_back(self):
        """Let the variables have the newest values."""
        if self.latest:
            for v, value in zip(self.plan.variables, self.values(), strict=True):
                v._direct_assign(value)
            self.latest.clear()


def value_of(variable):
    """The value of a variable; the property ``value`` is slower, because it looks for a scope first."""
    return variable.value if variable._value is None else variable._value
