"""What a step of a model depends on besides its data: layers, variables and optimizers, and which are trainable.

A step is compiled once and called often. Whoever freezes a layer, adds one or exchanges an optimizer between two loops
expects that the next loop heeds it. So every loop, and every epoch, asks whether the parts are still the same. If other
things are trainable the step is compiled for that as well, and what was compiled before is kept, for models that freeze
and unfreeze their layers in turns.
"""

from course.training.building import owned_variables


class Parts:
    """The parts of a model at one moment.

    Attributes:
        variables: every variable of the model, its metrics and its optimizers.
        without_optimizers: those that are no optimizer's.
        trainable: for every layer and variable whether it is trainable.
        kept: what the model has made for these parts, by the names of its attributes.
        plans: what the JAX adapter has made of them.
        siblings: the parts of the same model when other things are trainable.
    """

    def __init__(self, model):
        layers, optimizers = model._flatten_layers(), model.optimizers
        self.variables = list({id(v): v for v in owned_variables(model)}.values())
        of_optimizers = {id(v) for optimizer in optimizers for v in optimizer.variables}
        self.without_optimizers = [v for v in self.variables if id(v) not in of_optimizers]
        self.trainable = tuple(bool(x.trainable) for x in (*layers, *self.variables))
        self._parts = (*layers, *self.variables, *optimizers)  # held, for an id may be given to another thing
        self._ids = tuple(map(id, self._parts))
        self.kept, self.plans, self.siblings = {}, {}, {self.trainable: self}

    def has_the_parts_of(self, other):
        """Whether these are the same layers, variables and optimizers, trainable or not."""
        return other is not None and self._ids == other._ids

    def as_known_to(self, other):
        """These parts as they were met before; the other are of the same layers, variables and optimizers."""
        self.siblings = other.siblings
        return self.siblings.setdefault(self.trainable, self)
