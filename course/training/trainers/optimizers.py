"""A model's optimizers: where they are, and how a trainer that knows only ``model.optimizer`` sees them as one."""

import keras
from keras.optimizers import Optimizer

from course.training.rules.python_values import attributes_of_keras

_MAY_HOLD = (Optimizer, list, tuple, dict, set)


def within(model, compiled=True):
    """The optimizers of a model and of its layers, each once, but for the one given to the model's own ``compile``.

    An optimizer is found wherever Keras would find a layer: under any name, private ones too, in lists, tuples and
    dictionaries however deep, in a layer or a model inside this one.

    Args:
        model: the ``keras.Model``.
        compiled: whether those count that a model inside this one was compiled with.
    """
    found = {}
    for layer in model._flatten_layers():
        for name, value in attributes(layer):
            if name == "optimizer" and isinstance(layer, keras.Model) and (layer is model or not compiled):
                continue
            for optimizer in members(value):
                found[id(optimizer)] = optimizer
    return list(found.values())


def attributes(layer):
    """What a program has made attributes of a layer, and what may hold an optimizer, as ``members`` looks for them.

    TensorFlow's checkpoints keep another list of the attributes, ``_self_…``.
    """
    of_keras = attributes_of_keras()
    return [
        (name, value)
        for name, value in vars(layer).items()
        if name not in of_keras and isinstance(value, _MAY_HOLD) and value and not name.startswith("_self_")
    ]


def members(value):
    """The optimizers in a value: it is one, or a group of them, or a container that holds some."""
    waiting, seen = [value], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, OptimizerGroup):
            waiting += reversed(value.members)
        elif isinstance(value, Optimizer):
            yield value
        elif isinstance(value, (list, tuple, dict, set)) and id(value) not in seen:
            seen.add(id(value))
            parts = value.values() if isinstance(value, dict) else value
            waiting += reversed([x for x in parts if isinstance(x, _MAY_HOLD)])


class OptimizerGroup(Optimizer):
    """A view of a model's optimizers as one ``keras.optimizers.Optimizer``.

    Keras's trainers thread, save and restore the variables of ``model.optimizer``. A GAN has two; the group's
    ``variables`` are the union of theirs. ``apply`` is that of the optimizer given to ``compile``, if there is one.
    ``learning_rate`` reads the first optimizer's; setting it multiplies all by the same factor, which is what
    ``ReduceLROnPlateau`` and ``LearningRateScheduler`` want of a model with several.
    """

    def __init__(self, main, others):
        super().__init__(learning_rate=0.0, name="optimizers")
        self.main = main
        self.others = list(others)

    @property
    def members(self):
        """The optimizers, each once, the one given to ``compile`` first."""
        return list({id(o): o for o in (self.main, *self.others) if o is not None}.values())

    @property
    def variables(self):
        """The union of the members' variables."""
        return list({id(v): v for optimizer in self.members for v in optimizer.variables}.values())

    @property
    def iterations(self):
        """The first member's count of updates."""
        return self.members[0].iterations

    @property
    def learning_rate(self):
        """The first member's learning rate."""
        return self.members[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if not hasattr(self, "others"):  # while the base class initializes itself
            return
        factor = float(value) / float(self.members[0].learning_rate)
        for optimizer in self.members:
            optimizer.learning_rate = float(optimizer.learning_rate) * factor

    def build(self, variables):
        """Nothing: members are built on the variables that the step gives them."""

    def apply(self, grads, trainable_variables=None):
        """Update with the optimizer that was given to ``compile``."""
        return self._compiled("apply").apply(grads, trainable_variables)

    def scale_loss(self, loss):
        """The loss, scaled as the optimizer given to ``compile`` asks."""
        return self._compiled("scale_loss").scale_loss(loss)

    def finalize_variable_values(self, var_list):
        """Let each member overwrite its own variables (moving averages) at the end of training."""
        for optimizer in self.members:
            if optimizer.built:
                optimizer.finalize_variable_values(optimizer._trainable_variables)

    def save_own_variables(self, store):
        """Nothing: each member saves its own."""

    def load_own_variables(self, store):
        """Nothing: each member loads its own."""

    def get_config(self):
        """A group is made anew by ``compile``; it is never restored from a config."""
        return {}

    def _compiled(self, what):
        if self.main is None:
            raise ValueError(
                f"self.optimizer.{what}: this model was compiled without an optimizer and brings its own "
                f"({', '.join(o.name for o in self.others)}); use those, or pass one to compile()."
            )
        return self.main
