"""Batch normalization as a layer: statistics of the batch in training, moving averages of them at inference (§5.6)."""

import keras
from keras import ops

from course.validation import precise_floats
from units.u03_optimization.hyperparameters import check_positive, check_share


@keras.saving.register_keras_serializable("medl")
class BatchNormalization(keras.layers.Layer):
    """Give every feature mean β and standard deviation γ over the batch.

    training:  μ, σ² over all axes but the features' one;   z̃ = γ (z − μ) / √(σ² + ε) + β
               μ̄ ← ρ μ̄ + (1 − ρ) μ,   σ̄² ← ρ σ̄² + (1 − ρ) σ²
    inference: z̃ = γ (z − μ̄) / √(σ̄² + ε) + β

    In training the output for a sample depends on its batch. At inference it does not: the layer is an affine map of
    each feature. After t steps the start value of μ̄ still has the weight ρᵗ in μ̄.

    Args:
        axis: of the features.
        momentum: ρ, near 1.
        epsilon: ε.

    Shapes: input and output (batch, …, features). A mask has the input's axes without the features' one; masked
    positions are normalized too but do not enter μ and σ².

    Raises:
        ValueError: the momentum is not in [0, 1), ε not positive, the features' axis not there or of unknown length, or
            the mask has not one axis less than the input.

    References: §5.6; Ioffe, Szegedy, "Batch normalization" (2015).
    """

    def __init__(self, axis=-1, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.momentum = int(axis), check_share("momentum", momentum)
        self.epsilon = check_positive("epsilon", epsilon)  # it is added to a variance
        self.supports_masking = True

    def build(self, input_shape):
        """γ = 1 and β = 0, which are trained; μ̄ = 0 and σ̄² = 1, which the layer updates in ``call``."""
        if not -len(input_shape) <= self.axis < len(input_shape):
            raise ValueError(f"axis={self.axis}: the input has {len(input_shape)} axes only.")
        shape = (input_shape[self.axis],)
        if shape[0] is None:
            raise ValueError(f"The axis {self.axis} of {input_shape} must have a known length.")
        # autocast=False: in mixed precision Keras would round these weights to the compute dtype.
        options = {"shape": shape, "autocast": False}
        self.gamma = self.add_weight(name="gamma", initializer="ones", **options)
        self.beta = self.add_weight(name="beta", initializer="zeros", **options)
        options["trainable"] = False
        self.moving_mean = self.add_weight(name="moving_mean", initializer="zeros", **options)
        self.moving_variance = self.add_weight(name="moving_variance", initializer="ones", **options)

    def call(self, z, training=False, mask=None):
        """z̃; in training μ̄ and σ̄² are updated."""
        # At least float32: a sum of squares overflows in float16 and loses most digits in bfloat16.
        z = precise_floats(z)
        along = [length if i == self.axis % len(z.shape) else 1 for i, length in enumerate(z.shape)]
        if training:
            mean, variance = self.moments(z, mask)
            rho = self.momentum
            for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
                # μ̄ ← ρ μ̄ + (1 − ρ) μ,   σ̄² ← ρ σ̄² + (1 − ρ) σ²
                moving.assign(rho * ops.cast(moving, z.dtype) + (1 - rho) * now)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        mean, variance, gamma, beta = (
            ops.cast(ops.reshape(v, along), z.dtype) for v in (mean, variance, self.gamma, self.beta)
        )
        # ẑ = (z − μ) / √(σ² + ε)
        z_hat = (z - mean) / ops.sqrt(variance + self.epsilon)
        # z̃ = γ ẑ + β
        return ops.cast(gamma * z_hat + beta, self.compute_dtype)

    def moments(self, z, mask=None):
        """μ and σ² of each feature over the positions that are not masked, (features,) each."""
        others = [i for i in range(len(z.shape)) if i != self.axis % len(z.shape)]
        if mask is None:
            # μ = mean of z,   σ² = mean of (z − μ)²
            mean = ops.mean(z, axis=others, keepdims=True)
            variance = ops.mean(ops.square(z - mean), axis=others)
            return ops.squeeze(mean, others), variance
        if len(mask.shape) != len(z.shape) - 1:
            raise ValueError(
                f"The mask of batch normalization has one axis less than the input: shape {tuple(mask.shape)} "
                f"does not fit {tuple(z.shape)}."
            )
        weight = ops.cast(ops.expand_dims(mask, self.axis), z.dtype)
        # the sum of the mask, at least 1: if every position is masked, μ = 0 and σ² = 0 without a division by 0
        count = ops.maximum(ops.sum(weight), 1)
        # μ = ∑ m z / ∑ m,   σ² = ∑ m (z − μ)² / ∑ m,   m the mask
        mean = ops.sum(weight * z, axis=others, keepdims=True) / count
        variance = ops.sum(weight * ops.square(z - mean), axis=others) / count
        return ops.squeeze(mean, others), variance

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }
