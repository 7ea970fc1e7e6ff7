"""RMSprop: Adagrad with a running mean in place of the sum (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_positive, check_share


@keras.saving.register_keras_serializable("medl")
class RMSprop(keras.optimizers.Optimizer):
    """Divide each coordinate's step by a running root mean square of its gradient (all operations are elementwise).

    s^(t+1) = β_2 s^(t) + (1 − β_2) (g^(t))²
    d^(t)   = g^(t) / √(s^(t+1) + ε)
    θ^(t+1) = θ^(t) − α d^(t)

    With ``centered`` it divides by the standard deviation: a^(t+1) = β_2 a^(t) + (1 − β_2) g^(t), and
    s^(t+1) − (a^(t+1))², at least 0, replaces s^(t+1) in d. With a momentum β > 0: v^(t+1) = β v^(t) + α d^(t) and
    θ^(t+1) = θ^(t) − v^(t+1).

    There is no bias correction: s starts at 0 and is too small at first, so that the very first step has the length
    α/√(1 − β_2) in every coordinate, about 3.2 α.

    Args:
        learning_rate: α, a float or a schedule.
        rho: β_2 in [0, 1).
        momentum: β in [0, 1).
        epsilon: ε > 0.
        centered: divide by the standard deviation.
        **common: what all Keras optimizers take.

    Raises:
        ValueError: β_2, β or ε is out of its range.

    References: §4.3; Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5
    (2012); Graves, "Generating sequences with recurrent neural networks" (2013), for the centered form.
    """

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **common):
        super().__init__(learning_rate, **common)
        self.rho = check_share("rho", rho)
        self.momentum = check_share("momentum", momentum)
        self.epsilon = check_positive("epsilon", epsilon)
        self.centered = bool(centered)

    def build(self, variables):
        """One mean square s for each variable; a mean a if centered; a velocity v with momentum."""
        if self.built:
            return
        super().build(variables)
        self.mean_squares = self.add_optimizer_variables(variables, "mean_square")
        if self.centered:
            self.means = self.add_optimizer_variables(variables, "mean")
        if self.momentum > 0:
            self.velocities = self.add_optimizer_variables(variables, "velocity")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, variable.dtype)
        g = ops.convert_to_tensor(gradient, variable.dtype)
        i = self._get_variable_index(variable)
        # s ← β_2 s + (1 − β_2) g²
        s = self.mean_squares[i]
        self.assign(s, self.rho * s + (1 - self.rho) * ops.square(g))
        spread = s + self.epsilon
        if self.centered:
            # a ← β_2 a + (1 − β_2) g,   and s − a² is the variance; rounding may make it negative
            a = self.means[i]
            self.assign(a, self.rho * a + (1 - self.rho) * g)
            spread = ops.maximum(s - ops.square(a), 0.0) + self.epsilon
        # α d = α g / √(s + ε)
        step = alpha * g / ops.sqrt(spread)
        if self.momentum > 0:
            # v ← β v + α d
            v = self.velocities[i]
            self.assign(v, self.momentum * v + step)
            step = ops.convert_to_tensor(v)
        # θ ← θ − α d,   or θ ← θ − v
        self.assign_sub(variable, step)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
