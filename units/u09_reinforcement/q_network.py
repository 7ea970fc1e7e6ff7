"""A network for the values of all actions in a state (§8.4)."""

import keras

from units.u03_optimization.hyperparameters import check_size, check_sizes
from units.u09_reinforcement.dueling_head import DuelingHead


@keras.saving.register_keras_serializable("medl")
class QNetwork(keras.layers.Layer):
    """s ↦ (Q(s, 1), …, Q(s, n)): dense layers with ReLU, then a linear or a dueling head.

    One pass gives the values of all actions, so that a maximum over the actions costs no more than one value.

    Args:
        actions: number of actions n.
        hidden: the units of the dense layers, such as ``(256, 256)``.
        dueling: whether the head is a ``DuelingHead``.

    Shapes: s (batch, features); Q (batch, actions).

    Raises:
        ValueError: ``actions`` or an entry of ``hidden`` is no positive whole number.

    References: §8.4; Mnih et al. (2015), Human-level control through deep reinforcement learning.
    """

    def __init__(self, actions, hidden=(64, 64), dueling=False, **kwargs):
        super().__init__(**kwargs)
        self.actions, self.dueling = check_size("actions", actions), bool(dueling)
        self.hidden = tuple(check_sizes("hidden", hidden))
        policy = self.dtype_policy
        self.layers = [keras.layers.Dense(units, activation="relu", dtype=policy) for units in self.hidden]
        self.layers += [
            DuelingHead(self.actions, dtype=policy)
            if dueling
            else keras.layers.Dense(self.actions, dtype=policy)
        ]

    def build(self, input_shape):
        """Create the weights of all layers."""
        for layer in self.layers:
            layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)

    def call(self, s):
        """Q of all actions."""
        for layer in self.layers:
            s = layer(s)
        return s

    def compute_output_shape(self, input_shape):
        """(batch, actions)."""
        return (*input_shape[:-1], self.actions)

    def get_config(self):
        """The arguments."""
        more = {"actions": self.actions, "hidden": self.hidden, "dueling": self.dueling}
        return {**super().get_config(), **more}
