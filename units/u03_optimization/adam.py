"""Adam: momentum and RMSprop together, both corrected for their start at zero (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_positive, check_share


@keras.saving.register_keras_serializable("medl")
class Adam(keras.optimizers.Optimizer):
    """Adaptive moments (all operations are elementwise; t = 1, 2, … counts the updates).

    v^(t) = β_1 v^(t−1) + (1 − β_1) g^(t)           mean of the gradients
    s^(t) = β_2 s^(t−1) + (1 − β_2) (g^(t))²        mean of their squares
    α_t   = α √(1 − β_2^t) / (1 − β_1^t)            bias correction
    θ^(t) = θ^(t−1) − α_t v^(t) / (√s^(t) + ε)

    Bias correction: with v^(0) = 0 the weights of the mean add up to 1 − β_1^t, not 1, so v̂ = v/(1 − β_1^t) and
    ŝ = s/(1 − β_2^t) are the means that are meant. The last line is θ ← θ − α v̂/(√ŝ + ε̂) with ε̂ = ε/√(1 − β_2^t),
    the order of operations that the paper recommends at the end of its section 2 and that Keras uses. The first step
    has length α in every coordinate, for a gradient of any size.

    Args:
        learning_rate: α, a float or a schedule.
        beta_1: β_1 in [0, 1).
        beta_2: β_2 in [0, 1).
        epsilon: ε > 0.
        **common: what all Keras optimizers take.

    Raises:
        ValueError: β_1, β_2 or ε is out of its range.

    References: §4.3; Kingma and Ba, "Adam: A method for stochastic optimization", ICLR 2015.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **common):
        super().__init__(learning_rate, **common)
        self.beta_1 = check_share("beta_1", beta_1)
        self.beta_2 = check_share("beta_2", beta_2)
        self.epsilon = check_positive("epsilon", epsilon)

    def build(self, variables):
        """Two running means for each variable: v of the gradients, s of their squares."""
        if self.built:
            return
        super().build(variables)
        self.means = self.add_optimizer_variables(variables, "mean")
        self.mean_squares = self.add_optimizer_variables(variables, "mean_square")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, keras.backend.result_type(variable.dtype, "float32"))
        g = ops.convert_to_tensor(gradient, variable.dtype)
        # At least float32: 0.999 is 1 in bfloat16, and 1 − β_2^t would be 0.
        t = ops.cast(self.iterations + 1, keras.backend.result_type(variable.dtype, "float32"))
        i = self._get_variable_index(variable)
        v, s = self.means[i], self.mean_squares[i]
        # v ← β_1 v + (1 − β_1) g
        self.assign(v, self.beta_1 * v + (1 - self.beta_1) * g)
        # s ← β_2 s + (1 − β_2) g²
        self.assign(s, self.beta_2 * s + (1 - self.beta_2) * ops.square(g))
        # α_t = α √(1 − β_2^t) / (1 − β_1^t)
        alpha_t = alpha * ops.sqrt(1 - ops.power(self.beta_2, t)) / (1 - ops.power(self.beta_1, t))
        # θ ← θ − α_t v / (√s + ε)
        self.assign_sub(variable, ops.cast(alpha_t, variable.dtype) * v / (ops.sqrt(s) + self.epsilon))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
