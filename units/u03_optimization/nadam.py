"""Nadam: Adam with Nesterov's momentum (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.adam import Adam


@keras.saving.register_keras_serializable("medl")
class Nadam(Adam):
    """Adam with Nesterov's momentum and a momentum that warms up (elementwise; t = 1, 2, … counts the updates).

    β_{1,t} = β_1 (1 − ½ · 0.96^t)                            the momentum of step t, from β_1/2 towards β_1
    Π_t     = β_{1,1} β_{1,2} ⋯ β_{1,t}
    v^(t)   = β_1 v^(t−1) + (1 − β_1) g^(t)
    s^(t)   = β_2 s^(t−1) + (1 − β_2) (g^(t))²
    v̂       = β_{1,t+1} v^(t) / (1 − Π_{t+1}) + (1 − β_{1,t}) g^(t) / (1 − Π_t)
    θ^(t)   = θ^(t−1) − α v̂ / (√(s^(t)/(1 − β_2^t)) + ε)

    The second term of v̂ is the present gradient, the first the velocity with the momentum of the *next* step, as in
    Nesterov's method. Π_t replaces β_1^t in Adam's bias correction, because β_{1,t} is not constant. (The paper
    averages v with β_{1,t} as well. With the constant β_1, as here and in Keras, the weights of v do not quite add up
    to 1 − Π_t: a difference of the first steps only.)

    Args:
        learning_rate: α, a float or a schedule.
        beta_1: β_1 in [0, 1).
        beta_2: β_2 in [0, 1).
        epsilon: ε > 0.
        **common: what all Keras optimizers take.

    Raises:
        ValueError: β_1, β_2 or ε is out of its range.

    References: §4.3; Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.
    """

    def build(self, variables):
        """Two running means and the product Π for each variable."""
        if self.built:
            return
        super().build(variables)
        # Π is the same for all variables; each has its own copy, so that update_step can update it.
        self.products = [
            self.add_variable(
                (),
                initializer="ones",
                dtype=keras.backend.result_type(v.dtype, "float32"),
                name=f"product_{i}",
            )
            for i, v in enumerate(variables)
        ]

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, variable.dtype)
        g = ops.convert_to_tensor(gradient, variable.dtype)
        # At least float32: 0.999 is 1 in bfloat16, and 1 − β_2^t would be 0.
        precise = keras.backend.result_type(variable.dtype, "float32")
        t = ops.cast(self.iterations + 1, precise)
        i = self._get_variable_index(variable)
        v, s, product = self.means[i], self.mean_squares[i], self.products[i]
        # β_{1,t} = β_1 (1 − ½ · 0.96^t),   β_{1,t+1} = β_1 (1 − ½ · 0.96^{t+1})
        mu = self.beta_1 * (1 - 0.5 * ops.power(0.96, t))
        mu_next = self.beta_1 * (1 - 0.5 * ops.power(0.96, t + 1))
        # Π_t ← Π_{t−1} β_{1,t}
        self.assign(product, product * mu)
        # v ← β_1 v + (1 − β_1) g,   s ← β_2 s + (1 − β_2) g²
        self.assign(v, self.beta_1 * v + (1 - self.beta_1) * g)
        self.assign(s, self.beta_2 * s + (1 - self.beta_2) * ops.square(g))
        # v̂ = β_{1,t+1} v / (1 − Π_{t+1}) + (1 − β_{1,t}) g / (1 − Π_t)
        of_v, of_g = mu_next / (1 - product * mu_next), (1 - mu) / (1 - product)
        v_hat = ops.cast(of_v, variable.dtype) * v + ops.cast(of_g, variable.dtype) * g
        # ŝ = s / (1 − β_2^t)
        s_hat = s / ops.cast(1 - ops.power(self.beta_2, t), variable.dtype)
        # θ ← θ − α v̂ / (√ŝ + ε)
        self.assign_sub(variable, alpha * v_hat / (ops.sqrt(s_hat) + self.epsilon))
