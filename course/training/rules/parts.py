"""What a step of a model depends on besides its data: layers, variables, optimizers, and plain Python values.

A step is compiled once and called often. A user who freezes a layer, adds one, exchanges an optimizer or sets
``model.beta = 0.5`` in a callback expects that the steps that follow use it. So every loop and every epoch asks
whether the parts are still the same, and every batch asks whether other things are trainable or a value has changed.
Then the step is compiled for that as well. What was compiled before is kept, for models that freeze and unfreeze in
turns.

The values are the plain attributes (``python_values``) of the layers, metrics and optimizers. Of the
model they are those that its steps were seen to read, and so are names that begin with ``_``. What a step reads
elsewhere, such as a global variable, an attribute of a class or of an object of another kind, is a constant.
"""

import warnings

from course.training.rules.building import owned_variables
from course.training.rules.python_values import NotPlain, counts, frozen

MOST = 8  # settings for which the compiled step is kept


class Parts:
    """The parts of a model at one moment.

    Args:
        model: a ``course.Model``.
        optimizers: the model's, if a caller has looked for them just now.

    Attributes:
        variables: every variable of the model, its metrics and its optimizers.
        without_optimizers: those that are no optimizer's.
        setting: for every layer and variable whether it is trainable, and the values.
        kept: what the model has made for these parts, by the names of its attributes.
        plans: what the JAX adapter has made of them.
        siblings: the parts of the same model in other settings.
    """

    def __init__(self, model, optimizers=None):
        layers, optimizers = model._flatten_layers(), model.optimizers if optimizers is None else optimizers
        read = model._read_by_steps.value
        self.variables = list({id(v): v for v in owned_variables(model, optimizers)}.values())
        of_optimizers = {id(v) for optimizer in optimizers for v in optimizer.variables}
        self.without_optimizers = [v for v in self.variables if id(v) not in of_optimizers]
        self._flags = (*layers, *self.variables)
        self._settings, values = [], []
        owners = (*layers, *(m for layer in layers for m in layer._metrics), *optimizers)
        for owner in () if model.run_eagerly else owners:  # a step that runs as written reads the values anew
            label = "self" if owner is model else owner.name
            for attributes in (vars(owner), vars(owner).get("_modules", {})):  # torch keeps layers apart
                for name, thing in attributes.items():
                    if (owner is model or name.startswith("_")) and name not in read:
                        continue
                    if not counts(name, owner, read):
                        continue
                    value = frozen(thing)
                    if value is not NotPlain:
                        self._settings.append((attributes, (label, name)))
                        values.append(((label, name), value))
        self.setting = self._trainable(), tuple(values)
        self._parts = (*layers, *self.variables, *optimizers)  # held, for an id may be given to another thing
        self._ids = tuple(map(id, self._parts))
        self.kept, self.plans, self.siblings = {}, {}, {self.setting: self}

    def _trainable(self):
        return tuple(bool(x.trainable) for x in self._flags)

    def _now(self):
        values = tuple((where, frozen(attributes.get(where[1]))) for attributes, where in self._settings)
        return self._trainable(), values

    def are_current(self):
        """Whether the same things are trainable, and the values are the same."""
        return self._now() == self.setting

    def has_the_parts_of(self, other):
        """Whether these are the same layers, variables and optimizers, in any setting."""
        return other is not None and self._ids == other._ids

    def know_more_than(self, other):
        """Whether these are the same parts in the same setting, of which now perhaps more values are known."""
        if not self.has_the_parts_of(other):
            return False
        (flags, values), (other_flags, other_values) = self.setting, other.setting
        return flags == other_flags and set(other_values) <= set(values)

    def as_known_to(self, other):
        """These parts as they were met before; the other are of the same layers, variables and optimizers."""
        self.siblings = other.siblings
        known = self.siblings.pop(self.setting, self)
        self.siblings[self.setting] = known  # the newest is the last
        if known is self:
            self._warn_of_values(other)
        while len(self.siblings) > MOST:
            del self.siblings[next(iter(self.siblings))]
        return known

    def _warn_of_values(self, other):
        """Say how to avoid it when a value makes the step be compiled again and again."""
        now, before = dict(self.setting[1]), dict(other.setting[1])
        changed = [where for where, value in now.items() if where in before and before[where] != value]
        met = {values for _, values in self.siblings if dict(values).keys() == now.keys()}
        if changed and len(met) == MOST // 2:
            name = ".".join(changed[0])
            warnings.warn(
                f"The step was compiled {MOST // 2} times, because {name} changes. For a value that changes often make "
                "a variable: self.add_weight(shape=(), trainable=False) in __init__, and assign().",
                stacklevel=2,
            )


class Untracked:
    """A value that Keras shall not wrap when it becomes an attribute."""

    def __init__(self, value):
        self.value = value
