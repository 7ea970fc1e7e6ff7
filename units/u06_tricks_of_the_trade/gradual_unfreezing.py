"""Gradual unfreezing: the new head trains first, then one group of layers more, from the output to the input (§6.5)."""

import keras

from units.u03_optimization.hyperparameters import check_size
from units.u06_tricks_of_the_trade.transfer import train_only


class GradualUnfreezing(keras.callbacks.Callback):
    """A schedule of which layers train in which epoch, for one call of ``fit``.

    the layers of stages[0], …, stages[i] train in epoch e  ⇔  i ≤ e // every

    At the start the head is random, and its gradients would change good weights for no good reason. So they wait until
    the head fits. Layers in no stage stay frozen. ``course.Model`` uses a changed ``trainable`` from the next batch on;
    ``keras.Model`` would have to be compiled again, which forgets the optimizer's averages.

    The optimizer is built for all layers of all stages before the first step. Adam's correction for the start counts
    the steps from then on: for layers that are thawed late its first step is about (1 − β₁) / √(1 − β₂) learning rates
    long (3.2 with the defaults), not one. SGD has no such correction.

    Args:
        network: the model whose layers are frozen and thawed; it may be a part of the one that is trained.
        stages: lists of names of layers, the first one with the head.
        every: number of epochs from one stage to the next.

    Raises:
        ValueError: there is no such layer, a layer is in two stages, or ``every`` is no positive whole number.

    References: Howard, Ruder, "Universal language model fine-tuning for text classification" (2018).
    """

    def __init__(self, network, stages, every=1):
        super().__init__()
        if not stages:
            raise ValueError("Gradual unfreezing needs at least one stage.")
        self.network, self.every = network, check_size("every", every)
        self.stages = [[names] if isinstance(names, str) else list(names) for names in stages]
        names = [name for stage in self.stages for name in stage]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"The layer {twice[0]!r} is in two stages.")
        train_only(network, names)  # it says which name is wrong

    def names(self, epoch):
        """The layers that train in an epoch, counted from 0."""
        return [name for stage in self.stages[: epoch // self.every + 1] for name in stage]

    def on_train_begin(self, logs=None):
        """Build the optimizer for every variable that will train at some time."""
        train_only(self.network, self.names(len(self.stages) * self.every))
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        train_only(self.network, self.names(0))

    def on_epoch_begin(self, epoch, logs=None):
        """Thaw what is due. Its first step comes with the first batch of this epoch."""
        train_only(self.network, self.names(epoch))
