"""Nesterov's momentum: the gradient is taken at the point that the velocity leads to (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.momentum import Momentum


@keras.saving.register_keras_serializable("medl")
class Nesterov(Momentum):
    """Momentum with the gradient at the point that the velocity alone would lead to.

    v^(t+1) = β v^(t) − α ∇C(θ̃^(t) + β v^(t)),   θ̃^(t+1) = θ̃^(t) + v^(t+1)

    A Keras optimizer gets the gradient at its variable. So the variable holds the point ahead, θ = θ̃ + β v, and the
    same two lines become

    v^(t+1) = β v^(t) − α g^(t),   g^(t) = ∇C(θ^(t))
    θ^(t+1) = θ^(t) + β v^(t+1) − α g^(t)

    since θ^(t+1) = θ̃^(t+1) + β v^(t+1) = θ̃^(t) + (1 + β) v^(t+1) = θ^(t) − β v^(t) + (1 + β) v^(t+1).

    Args:
        learning_rate: α, a float or a schedule.
        momentum: β in [0, 1).
        **common: what all Keras optimizers take.

    Raises:
        ValueError: β is not in [0, 1).

    References: §4.3; Nesterov, "A method of solving a convex programming problem with
    convergence rate O(1/k²)", Soviet Mathematics Doklady 27 (1983); Sutskever et al., "On the importance of
    initialization and momentum in deep learning", ICML 2013.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, variable.dtype)
        g = ops.convert_to_tensor(gradient, variable.dtype)
        v = self.velocities[self._get_variable_index(variable)]
        # v ← β v − α g
        self.assign(v, self.momentum * v - alpha * g)
        # θ ← θ + β v − α g
        self.assign_add(variable, self.momentum * v - alpha * g)
