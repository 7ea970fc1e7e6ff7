"""A classifier whose removed weights stay removed while it is trained (§5.7)."""

import keras
from keras import ops

from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade.pruning import gradual_sparsity, magnitude_masks


@keras.saving.register_keras_serializable("medl")
class PrunedClassifier(Classifier):
    """A classifier with a mask m of zeros and ones for every kernel W.

    W ← m ⊙ (W + step of the optimizer)

    At first all masks are 1. ``prune`` sets them; then the weights that were removed are 0 after every step, whatever
    momentum the optimizer still has for them. The masks are variables that are not trained, so they are saved with the
    model. Variables with fewer than two axes, such as biases, have no mask.

    Args:
        network: any Keras layer or model that maps x to logits.
        classes: number of logits.

    Shapes: as in ``Classifier``.
    """

    def build(self, input_shape):
        """Build the network, and a mask for each kernel."""
        if not self.network.built:
            self.network.build(input_shape)
        self.kernels = [v for v in self.network.trainable_variables if len(v.shape) > 1]
        self.masks = [
            self.add_weight(shape=W.shape, initializer="ones", trainable=False, name="mask")
            for W in self.kernels
        ]
        self.built = True

    def train_step(self, data):
        """Learn from one mini-batch, and set what was removed to 0 again."""
        results = super().train_step(data)
        for W, m in zip(self.kernels, self.masks, strict=True):
            # W ← m ⊙ W
            W.assign(W * m)
        return results

    def prune(self, sparsity, scope="global"):
        """Remove the weights with the smallest absolute values; between two epochs, not within a step.

        Args:
            sparsity: Z, the share of all weights with a mask.
            scope: ``"global"`` or ``"layer"``, as in ``magnitude_masks``.
        """
        masks = magnitude_masks([ops.convert_to_numpy(W) for W in self.kernels], sparsity, scope)
        self.use_masks(masks)

    def use_masks(self, masks):
        """Remove what these masks remove.

        Args:
            masks: arrays of zeros and ones, one for each kernel.
        """
        for W, m, mask in zip(self.kernels, self.masks, masks, strict=True):
            m.assign(mask)
            W.assign(W * m)

    @property
    def sparsity(self):
        """The share of weights that is removed."""
        masks = [ops.convert_to_numpy(m) for m in self.masks]
        return 1 - sum(m.sum() for m in masks) / sum(m.size for m in masks)


class GradualPruning(keras.callbacks.Callback):
    """Prunes a ``PrunedClassifier`` a little more at the beginning of every epoch.

    After the last of these epochs the sparsity is ``final``; what follows trains the weights that are left.

    Args:
        final: Z_T, the sparsity at the end.
        epochs: T, how many epochs begin with pruning.
        scope: ``"global"`` or ``"layer"``.
    """

    def __init__(self, final, epochs, scope="global"):
        super().__init__()
        self.final, self.epochs, self.scope = final, epochs, scope

    def on_epoch_begin(self, epoch, logs=None):
        """Prune to the sparsity of the schedule."""
        if epoch < self.epochs:
            self.model.prune(gradual_sparsity(epoch + 1, self.epochs, self.final), self.scope)
