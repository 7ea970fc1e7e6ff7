"""AdamW: Adam with the weight decay outside of the quotient (§4.3)."""

import keras
from keras import ops

from units.u03_optimization.adam import Adam
from units.u03_optimization.hyperparameters import check_positive


@keras.saving.register_keras_serializable("medl")
class AdamW(Adam):
    """Adam with decoupled weight decay.

    θ ← θ − α δ θ,   and then Adam's step θ^(t) = θ − α_t v^(t) / (√s^(t) + ε)

    A penalty (δ/2)‖θ‖² in the loss would add δθ to the gradient g. In plain gradient descent the
    two are the same. Adam divides δθ by √s with the rest of the gradient, so that weights with large gradients would
    decay less. With decoupled decay every weight shrinks by the same factor 1 − αδ.

    Args:
        learning_rate: α, a float or a schedule.
        weight_decay: δ ≥ 0.
        beta_1: β_1 in [0, 1).
        beta_2: β_2 in [0, 1).
        epsilon: ε > 0.
        **common: what all Keras optimizers take.

    Raises:
        ValueError: a hyperparameter is out of its range.

    References: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
    """

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **common
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **common)
        # Not Keras's own attribute weight_decay: the base class would apply the decay a second time.
        self.decoupled_decay = check_positive("weight_decay", weight_decay, zero=True)

    def update_step(self, gradient, variable, learning_rate):
        """Shrink one variable θ, unless ``exclude_from_weight_decay`` names it, and update it as Adam does."""
        if self._use_weight_decay(variable):
            alpha = ops.cast(learning_rate, variable.dtype)
            # θ ← θ − α δ θ
            self.assign_sub(variable, variable * self.decoupled_decay * alpha)
        super().update_step(gradient, variable, learning_rate)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "weight_decay": self.decoupled_decay}
