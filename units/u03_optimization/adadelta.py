"""Adadelta: steps in the unit of the parameter, computed from the previous steps (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_positive, check_share


@keras.saving.register_keras_serializable("medl")
class Adadelta(keras.optimizers.Optimizer):
    """RMSprop with the root mean square of the last steps in place of a learning rate (elementwise).

    s^(t+1) = β_2 s^(t) + (1 − β_2) (g^(t))²
    d^(t)   = − √(u^(t) + ε) / √(s^(t+1) + ε) · g^(t)
    u^(t+1) = β_2 u^(t) + (1 − β_2) (d^(t))²
    θ^(t+1) = θ^(t) + α d^(t)

    The quotient of the two roots has the unit of θ over that of g: if a parameter is measured in millimetres instead
    of metres, its steps become a thousand times larger automatically. In the paper α = 1; Keras's default of 0.001
    is far too small for most uses. It starts slowly, since u^(0) = 0 leaves only √ε to begin with.

    Args:
        learning_rate: α, a float or a schedule.
        rho: β_2 in [0, 1).
        epsilon: ε > 0.
        **common: what all Keras optimizers take.

    Raises:
        ValueError: β_2 or ε is out of its range.

    References: §4.3; Zeiler, "ADADELTA: An adaptive learning rate method",
    arXiv:1212.5701 (2012).
    """

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **common):
        super().__init__(learning_rate, **common)
        self.rho = check_share("rho", rho)
        self.epsilon = check_positive("epsilon", epsilon)

    def build(self, variables):
        """Two running mean squares for each variable: s of the gradients, u of the steps."""
        if self.built:
            return
        super().build(variables)
        self.mean_squares = self.add_optimizer_variables(variables, "mean_square")
        self.mean_square_steps = self.add_optimizer_variables(variables, "mean_square_step")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, variable.dtype)
        g = ops.convert_to_tensor(gradient, variable.dtype)
        i = self._get_variable_index(variable)
        s, u = self.mean_squares[i], self.mean_square_steps[i]
        # s ← β_2 s + (1 − β_2) g²
        self.assign(s, self.rho * s + (1 - self.rho) * ops.square(g))
        # d = −√(u + ε) / √(s + ε) · g
        d = -ops.sqrt(u + self.epsilon) / ops.sqrt(s + self.epsilon) * g
        # u ← β_2 u + (1 − β_2) d²
        self.assign(u, self.rho * u + (1 - self.rho) * ops.square(d))
        # θ ← θ + α d
        self.assign_add(variable, alpha * d)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
