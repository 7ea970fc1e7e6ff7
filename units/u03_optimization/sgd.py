"""Gradient descent as a Keras optimizer; with mini-batches of data it is stochastic gradient descent (§4.2)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("medl")
class SGD(keras.optimizers.Optimizer):
    """Step against the gradient.

    θ^(t+1) = θ^(t) − α g^(t),   g^(t) = ∇C_batch(θ^(t))

    The batches of ``fit`` decide whether this is gradient descent, mini-batch or stochastic gradient descent: the rule
    is the same. It has no state except for the counter of steps.

    Args:
        learning_rate: α, a float or a schedule t ↦ α_t.
        **common: what all Keras optimizers take, such as ``clipnorm``, ``weight_decay`` and ``name``.

    Example:
    >>> w = keras.Variable([1.0, 2.0])
    >>> SGD(0.1).apply([ops.array([10.0, 0.0])], [w])
    >>> ops.convert_to_numpy(w)
    array([0., 2.], dtype=float32)

    References: §4.2; Robbins and Monro, "A stochastic approximation method", Annals of
    Mathematical Statistics 22 (1951).
    """

    def __init__(self, learning_rate=0.01, **common):
        super().__init__(learning_rate, **common)

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable θ with its gradient g."""
        alpha = ops.cast(learning_rate, variable.dtype)
        g = ops.convert_to_tensor(gradient, variable.dtype)
        # θ ← θ − α g
        self.assign_sub(variable, alpha * g)
