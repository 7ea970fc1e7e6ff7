"""Layer and RMS normalization: each sample is normalized by its own mean and variance (§5.6)."""

from numbers import Integral

import keras
from keras import ops

from course.validation import precise_floats
from units.u03_optimization.hyperparameters import check_positive
from units.u04_feedforward.normalization import normalize


class _Normalization(keras.layers.Layer):
    def __init__(self, axis=-1, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.axis = int(axis) if isinstance(axis, Integral) else tuple(int(a) for a in axis)
        self.epsilon = check_positive("epsilon", epsilon)  # it is added to a mean of squares
        self.supports_masking = True

    def axes(self, rank):
        """The axes to normalize over, counted from 0, in order."""
        given = (self.axis,) if isinstance(self.axis, int) else self.axis
        if any(not -rank <= a < rank for a in given):
            raise ValueError(f"axis={self.axis}: the input has {rank} axes only.")
        axes = sorted(a % rank for a in given)
        if 0 in axes or len(set(axes)) < len(axes):
            raise ValueError(f"axis={self.axis}: each axis once, and not the batch's, which is axis 0.")
        return axes

    def parameter(self, name, initializer, input_shape):
        """A weight of the lengths of the axes."""
        shape = [input_shape[i] for i in self.axes(len(input_shape))]
        if None in shape:
            raise ValueError(f"The axes {self.axis} of {input_shape} must have known lengths.")
        return self.add_weight(name=name, shape=shape, initializer=initializer, autocast=False)

    def along(self, weight, z):
        """The weight with axes of length 1 and in z's dtype, so that it can be multiplied with z."""
        axes = self.axes(len(z.shape))
        shape = [n if i in axes else 1 for i, n in enumerate(z.shape)]
        return ops.cast(ops.reshape(weight, shape), z.dtype)

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("medl")
class LayerNormalization(_Normalization):
    """Give every sample mean 0 and variance 1 over its features, then a learned scale and shift.

    z̃ = γ (z − μ) / √(σ² + ε) + β,   μ and σ² over the features of one sample

    The result does not depend on the batch: training and inference are the same, a batch may have one sample, and there
    are no moving averages.

    Args:
        axis: of the features, or a tuple of axes; never the batch's.
        epsilon: ε.

    Shapes: input and output (batch, …, features); γ and β have the lengths of the axes.

    Raises:
        ValueError: ε is not positive, an axis is named twice, is axis 0, is not there, or has no known length.

    References: §5.6; Ba, Kiros, Hinton, "Layer normalization" (2016).
    """

    def build(self, input_shape):
        """γ = 1 and β = 0."""
        self.gamma = self.parameter("gamma", "ones", input_shape)
        self.beta = self.parameter("beta", "zeros", input_shape)

    def call(self, z):
        """z̃."""
        z = precise_floats(z)
        # ẑ = (z − μ) / √(σ² + ε)
        z_hat, _, _ = normalize(z, self.axes(len(z.shape)), self.epsilon)
        # z̃ = γ ẑ + β
        return ops.cast(self.along(self.gamma, z) * z_hat + self.along(self.beta, z), self.compute_dtype)


@keras.saving.register_keras_serializable("medl")
class RMSNormalization(_Normalization):
    """Divide every sample by the root mean square of its features: layer normalization without the mean.

    z̃ = γ z / √(mean of z² + ε)

    Args:
        axis: as in ``LayerNormalization``.
        epsilon: ε.

    References: Zhang, Sennrich, "Root mean square layer normalization" (2019).
    """

    def build(self, input_shape):
        """γ = 1."""
        self.gamma = self.parameter("gamma", "ones", input_shape)

    def call(self, z):
        """z̃."""
        z = precise_floats(z)
        square = ops.mean(ops.square(z), axis=self.axes(len(z.shape)), keepdims=True)
        # z̃ = γ z / √(mean of z² + ε)
        return ops.cast(self.along(self.gamma, z) * z / ops.sqrt(square + self.epsilon), self.compute_dtype)
