"""Several optimizers seen as one, for a trainer that knows only ``model.optimizer``."""

import keras


class OptimizerGroup(keras.optimizers.Optimizer):
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
        """The optimizers, the one given to ``compile`` first."""
        return [o for o in (self.main, *self.others) if o is not None]

    @property
    def variables(self):
        """The union of the members' variables."""
        return [v for optimizer in self.members for v in optimizer.variables]

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
        if not hasattr(self, "others"):  # while the base class initialises itself
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
