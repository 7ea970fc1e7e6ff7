"""Weight decay in its two forms: a penalty in the cost, or decoupled from the gradient (§5.6)."""

import keras
from keras import ops

import course
from course.validation import precise_floats
from units.u03_optimization.hyperparameters import check_positive
from units.u04_feedforward.feed_forward import FeedForward


def l2_penalty(weights, strength):
    """(λ/2) ∑ ‖W‖², whose gradient is λ W.

    Args:
        weights: variables or tensors; biases are usually left out.
        strength: λ ≥ 0.

    Returns:
        A scalar.
    """
    # (λ/2) ∑ ‖W‖², at least in float32: squares and their sum leave the range of float16
    return 0.5 * strength * sum(ops.sum(ops.square(precise_floats(w))) for w in weights)


@keras.saving.register_keras_serializable("medl")
class DecayedFeedForward(FeedForward):
    """``FeedForward`` with weight decay in its training step.

    ``"l2"``:        g ← ∇C(θ) + λ W, then the step of the optimizer with g
    ``"decoupled"``: W ← W − α λ W, and the step of the optimizer with ∇C(θ)

    For gradient descent both are the same. Adam divides all of g by its running size, including λ W: where gradients
    are large, weights decay less. With decoupled decay all weights decay at the same rate, as in AdamW.

    Args:
        widths: as in ``FeedForward``.
        decay: ``"l2"`` or ``"decoupled"``.
        strength: λ ≥ 0.
        **options: of ``FeedForward``.

    Raises:
        ValueError: another decay, or a negative λ.

    References: §5.6; Loshchilov, Hutter, "Decoupled weight decay regularization" (2019).
    """

    def __init__(self, widths, decay="l2", strength=1e-4, **options):
        super().__init__(widths, **options)
        if decay not in ("l2", "decoupled"):
            raise ValueError(f'decay is "l2" or "decoupled", not {decay!r}.')
        self.decay, self.strength = decay, check_positive("strength", strength, zero=True)

    @property
    def matrices(self):
        """The weights that decay: every W^[l], but no bias and no scale of a normalization."""
        return [affine.W for affine in self.affines]

    def train_step(self, data):
        """One step on a mini-batch; the loss that is reported is C(θ) without the penalty."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            z = self(x, training=True)
            value = self.cost(y, z, sample_weight)
            penalty = l2_penalty(self.matrices, self.strength) if self.decay == "l2" else 0.0
            # C(θ) + (λ/2) ∑ ‖W‖², or C(θ) alone
            return ops.add(value, penalty), (value, z)

        (_, (value, z)), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        if self.decay == "decoupled":
            # W ← W − α λ W
            shrink = 1 - self.optimizer.learning_rate * self.strength
            for W in self.matrices:
                W.assign(W * shrink)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, z, value)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "decay": self.decay, "strength": self.strength}
