"""The dueling head: the value of the state and the advantages of the actions (§8.4)."""

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_size


@keras.saving.register_keras_serializable("medl")
class DuelingHead(keras.layers.Layer):
    """Q(s, a) from two linear layers on the same features x.

    V(s) = w_V^⊤ x + b_V,   A(s, ·) = x W_A + b_A
    Q(s, a) = V(s) + A(s, a) − (1/n) ∑_a' A(s, a')

    Without the mean, V and A are not determined: V + c and A − c give the same Q. With it the advantages sum to zero
    and V(s) is the mean of the Q(s, a). Every sample teaches V, whatever its action was.

    Args:
        actions: number of actions n.

    Shapes: x (batch, features); Q (batch, actions).

    Raises:
        ValueError: ``actions`` is no positive whole number.

    References: §8.4; Wang et al. (2016), Dueling network architectures for deep reinforcement learning.
    """

    def __init__(self, actions, **kwargs):
        super().__init__(**kwargs)
        self.actions = check_size("actions", actions)
        self.value = keras.layers.Dense(1, name="value", dtype=self.dtype_policy)
        self.advantage = keras.layers.Dense(self.actions, name="advantage", dtype=self.dtype_policy)

    def build(self, input_shape):
        """Create the weights of both layers."""
        self.value.build(input_shape)
        self.advantage.build(input_shape)

    def call(self, x):
        """Q of all actions."""
        advantage = self.advantage(x)
        # Q(s, a) = V(s) + A(s, a) − mean over a' of A(s, a')
        return self.value(x) + advantage - ops.mean(advantage, axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape):
        """(batch, actions)."""
        return (*input_shape[:-1], self.actions)

    def get_config(self):
        """The arguments."""
        return {**super().get_config(), "actions": self.actions}
