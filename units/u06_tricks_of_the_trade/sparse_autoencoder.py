"""A sparse autoencoder: many units in the code, of which few are active at a time (§3.5)."""

import keras
from keras import ops

from course.training.weighting import weighted_mean
from course.validation import targets
from units.u02_logistic_softmax.autoencoder import squared_error
from units.u06_tricks_of_the_trade.autoencoder import Autoencoder

SMALL = 1e-6  # keeps the logarithms of a unit finite that is always or never active


@keras.saving.register_keras_serializable("medl")
class SparseAutoencoder(Autoencoder):
    """An autoencoder with a penalty for active units of the code.

    C(θ) = (1/n) ∑_i ‖x_i − x̂_i‖² / size + ω penalty
    ``"kl"``   penalty = ∑_j [ ρ log(ρ / ρ̂_j) + (1 − ρ) log((1 − ρ) / (1 − ρ̂_j)) ],   ρ̂_j = (1/n) ∑_i z_ij
    ``"l1"``   penalty = (1/n) ∑_ij |z_ij|

    The first one asks that every unit is active for a share ρ of the samples; it needs codes in (0, 1), from a
    sigmoid. ρ̂_j is the mean over the mini-batch: the penalty does not belong to a single sample, and a batch has to
    be large enough for this mean. The second one draws each entry to 0. With sample weights ρ̂_j is the weighted mean
    ∑_i w_i z_ij / ∑_i w_i, which stays in (0, 1), and in the second one |z_ij| is multiplied by w_i.

    Args:
        encoder, decoder: as in ``Autoencoder``; the code may be longer than the input.
        penalty: ``"kl"`` or ``"l1"``.
        weight: ω.
        share: ρ of ``"kl"``.

    Raises:
        ValueError: there is no such penalty, or ρ is not in (0, 1).

    References: Ng, "Sparse autoencoder", lecture notes CS294A (2011); Olshausen and Field, "Emergence of simple-cell
    receptive field properties by learning a sparse code" (1996).
    """

    def __init__(self, encoder, decoder, penalty="kl", weight=1e-3, share=0.05, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        if penalty not in ("kl", "l1"):
            raise ValueError(f'penalty is "kl" or "l1", not {penalty!r}.')
        if not 0 < share < 1:
            raise ValueError(f"share is the part of the samples for which a unit is active, not {share!r}.")
        self.penalty, self.weight, self.share = penalty, weight, share

    def cost(self, x, sample_weight=None, training=False):
        """C(θ) on a batch: the error of reconstruction and ω times the penalty."""
        z = self.encode(x, training)
        error = weighted_mean(squared_error(x, self.decode(z, training)), sample_weight)
        # C(θ) = (1/n) ∑_i ‖x_i − x̂_i‖² / size + ω penalty
        return error + self.weight * self.sparsity(z, sample_weight)

    def sparsity(self, z, sample_weight=None):
        """The penalty of the codes of a batch."""
        z = ops.convert_to_tensor(z)
        w = ops.ones_like(z[:, 0])
        if sample_weight is not None:
            w = targets(sample_weight, w, name="sample_weight")
        if self.penalty == "l1":
            # penalty = (1/n) ∑_ij w_i |z_ij|
            return ops.sum(ops.mean(w[:, None] * ops.abs(z), axis=0))
        rho = self.share
        # ρ̂_j = ∑_i w_i z_ij / ∑_i w_i
        active = ops.sum(w[:, None] * z, axis=0) / ops.maximum(ops.sum(w), SMALL)
        active = ops.clip(active, SMALL, 1 - SMALL)
        # penalty = ∑_j [ ρ log(ρ / ρ̂_j) + (1 − ρ) log((1 − ρ) / (1 − ρ̂_j)) ]
        return ops.sum(rho * ops.log(rho / active) + (1 - rho) * ops.log((1 - rho) / (1 - active)))

    def get_config(self):
        """The arguments of ``__init__``."""
        settings = {"penalty": self.penalty, "weight": self.weight, "share": self.share}
        return {**super().get_config(), **settings}
