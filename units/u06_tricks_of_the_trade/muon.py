"""Muon: momentum whose step is made orthogonal, for the matrices of a network (☆)."""

import math
import re

import keras
from keras import ops

from units.u03_optimization.adamw import AdamW
from units.u03_optimization.hyperparameters import check_positive, check_share
from units.u06_tricks_of_the_trade.newton_schulz import QUINTIC, orthogonalize


@keras.saving.register_keras_serializable("medl")
class Muon(AdamW):
    """Momentum, orthogonalized by Newton–Schulz, for matrices; AdamW for all other variables.

    M ← β M + G                       momentum of the gradient G
    O = NewtonSchulz(G + β M) ≈ U Vᵀ  with Nesterov's momentum; without it NewtonSchulz(M)
    W ← W − α δ W
    W ← W − α κ √max(rows, columns) O

    All singular values of a step are about 1: a direction with small gradients moves as far as one with large
    gradients. In the spectral norm this is the steepest descent. An orthogonal matrix has entries with the root mean
    square 1/√max(rows, columns), so the factor κ √max(rows, columns) makes it κ: with κ = 0.2, about that of Adam,
    rates and weight decay of AdamW can be kept.

    AdamW updates variables with fewer than two axes (biases, scales), embeddings, and those that ``exclude_layers``
    names: usually the output layer. A kernel with more axes, such as (height, width, channels in, channels out) of a
    convolution, is one matrix for Muon: (height · width · channels in, channels out). Keras's own Muon gives such
    kernels to AdamW; ``flatten=False`` does the same.

    Args:
        learning_rate: α, a float or a schedule.
        weight_decay: δ of the matrices.
        momentum: β in [0, 1).
        nesterov: whether the step looks ahead, G + β M.
        ns_steps: number of Newton–Schulz steps.
        coefficients: (a_1, a_3, a_5) of ``orthogonalize``.
        rms_rate: κ; None leaves O as it is.
        exclude_layers: regular expressions; AdamW updates a variable whose path contains one of them.
        exclude_embeddings: whether AdamW updates variables with "embedding" in their path.
        flatten: whether Muon updates kernels with three or more axes.
        adam_weight_decay: δ of the variables that AdamW updates.
        beta_1, beta_2, epsilon: of AdamW.
        **common: what all Keras optimizers take.

    Raises:
        ValueError: a hyperparameter is out of its range.

    References: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024); Liu et al., "Muon is
    scalable for LLM training" (2025) for the factor and the weight decay.
    """

    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        momentum=0.95,
        nesterov=True,
        ns_steps=5,
        coefficients=QUINTIC,
        rms_rate=0.2,
        exclude_layers=None,
        exclude_embeddings=True,
        flatten=True,
        adam_weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        **common,
    ):
        super().__init__(learning_rate, adam_weight_decay, beta_1, beta_2, epsilon, **common)
        if not isinstance(ns_steps, int) or ns_steps < 1:
            raise ValueError(f"ns_steps must be an integer ≥ 1, not {ns_steps!r}.")
        self.matrix_decay = check_positive("weight_decay", weight_decay, zero=True)
        self.momentum = check_share("momentum", momentum)
        self.nesterov = nesterov
        self.ns_steps = ns_steps
        self.coefficients = tuple(coefficients)
        self.rms_rate = None if rms_rate is None else check_positive("rms_rate", rms_rate)
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = exclude_embeddings
        self.flatten = flatten

    def uses_adamw(self, variable):
        """Whether AdamW updates this variable."""
        axes = len(variable.shape)
        if axes < 2 or (axes > 2 and not self.flatten):
            return True
        if self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def build(self, variables):
        """One running mean for each variable; the mean of squares only where AdamW needs it."""
        if self.built:
            return
        keras.optimizers.Optimizer.build(self, variables)
        self.means = self.add_optimizer_variables(variables, "momentum")
        self.mean_squares = [
            self.add_variable_from_reference(v, name="mean_square") if self.uses_adamw(v) else None
            for v in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable W with its gradient G."""
        i = self._get_variable_index(variable)
        if self.mean_squares[i] is not None:
            super().update_step(gradient, variable, learning_rate)
            return
        alpha = ops.cast(learning_rate, variable.dtype)
        G = ops.convert_to_tensor(gradient, variable.dtype)
        M = self.means[i]
        # M ← β M + G
        self.assign(M, self.momentum * M + G)
        # O = NewtonSchulz(G + β M)
        step = G + self.momentum * M if self.nesterov else ops.convert_to_tensor(M)
        columns = variable.shape[-1]
        rows = math.prod(variable.shape[:-1])
        O = orthogonalize(ops.reshape(step, (rows, columns)), self.ns_steps, self.coefficients)
        # W ← W − α δ W
        if self._use_weight_decay(variable):
            self.assign_sub(variable, variable * self.matrix_decay * alpha)
        # W ← W − α κ √max(rows, columns) O
        factor = 1.0 if self.rms_rate is None else self.rms_rate * math.sqrt(max(rows, columns))
        self.assign_sub(variable, alpha * factor * ops.reshape(O, variable.shape))

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "weight_decay": self.matrix_decay,
            "adam_weight_decay": self.decoupled_decay,
            "momentum": self.momentum,
            "nesterov": self.nesterov,
            "ns_steps": self.ns_steps,
            "coefficients": self.coefficients,
            "rms_rate": self.rms_rate,
            "exclude_layers": self.exclude_layers,
            "exclude_embeddings": self.exclude_embeddings,
            "flatten": self.flatten,
        }
