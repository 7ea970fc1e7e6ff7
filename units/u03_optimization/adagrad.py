"""Adagrad: every coordinate has its own learning rate, which only decreases (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_positive


@keras.saving.register_keras_serializable("medl")
class Adagrad(keras.optimizers.Optimizer):
    """Divide each coordinate's step by the root of its squared gradients so far (all operations are elementwise).

    s^(t+1) = s^(t) + (g^(t))²,   s^(0) = s_0
    θ^(t+1) = θ^(t) − α g^(t) / √(s^(t+1) + ε)

    With gradients of one size the step falls as α/√t. A coordinate whose gradient is mostly zero, such as the weight
    of a rare word, keeps a large step size.

    Args:
        learning_rate: α, a float or a schedule.
        initial_accumulator_value: s_0 ≥ 0, which bounds the first steps.
        epsilon: ε > 0.
        **common: what all Keras optimizers take.

    Raises:
        ValueError: s_0 or ε is out of its range.

    References: §4.3; Duchi, Hazan and Singer, "Adaptive subgradient methods for online
    learning and stochastic optimization", JMLR 12 (2011).
    """

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **common):
        super().__init__(learning_rate, **common)
        self.initial_accumulator_value = check_positive(
            "initial_accumulator_value", initial_accumulator_value, zero=True
        )
        self.epsilon = check_positive("epsilon", epsilon)

    def build(self, variables):
        """One sum of squares s for each variable."""
        if self.built:
            return
        super().build(variables)
        start = keras.initializers.Constant(self.initial_accumulator_value)
        self.sums = self.add_optimizer_variables(variables, "sum_of_squares", initializer=start)

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, variable.dtype)
        g = ops.convert_to_tensor(gradient, variable.dtype)
        s = self.sums[self._get_variable_index(variable)]
        # s ← s + g²
        self.assign_add(s, ops.square(g))
        # θ ← θ − α g / √(s + ε)
        self.assign_sub(variable, alpha * g / ops.sqrt(s + self.epsilon))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
