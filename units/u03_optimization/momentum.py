"""Momentum: a velocity that averages the gradients of all steps so far (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_share


@keras.saving.register_keras_serializable("medl")
class Momentum(keras.optimizers.Optimizer):
    """Gradient descent with momentum, the heavy ball.

    v^(t+1) = β v^(t) − α g^(t)
    θ^(t+1) = θ^(t) + v^(t+1),   v^(0) = 0

    Written out, v^(t+1) = −α ∑_s β^{t−s} g^(s): along a valley, where the gradients agree, the steps add up to
    α/(1 − β); across it, where they alternate, they cancel. The same without v: θ^(t+1) − θ^(t) = β (θ^(t) − θ^(t−1))
    − α g^(t). Other texts put a factor 1 − β before g; that is this method with another α.

    Args:
        learning_rate: α, a float or a schedule.
        momentum: β in [0, 1).
        **common: what all Keras optimizers take.

    Raises:
        ValueError: β is not in [0, 1).

    References: §4.3; Polyak, "Some methods of speeding up the convergence of iteration
    methods", USSR Computational Mathematics and Mathematical Physics 4 (1964).
    """

    def __init__(self, learning_rate=0.01, momentum=0.9, **common):
        super().__init__(learning_rate, **common)
        self.momentum = check_share("momentum", momentum)

    def build(self, variables):
        """One velocity v, zero at the start, for each variable."""
        if self.built:
            return
        super().build(variables)
        self.velocities = self.add_optimizer_variables(variables, "velocity")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, variable.dtype)
        g = ops.convert_to_tensor(gradient, variable.dtype)
        v = self.velocities[self._get_variable_index(variable)]
        # v ← β v − α g
        self.assign(v, self.momentum * v - alpha * g)
        # θ ← θ + v
        self.assign_add(variable, v)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "momentum": self.momentum}
