"""Spectral normalization: layers whose kernel, as a matrix, has the largest singular value 1 (§8.3)."""

import keras
from keras import layers, ops

from units.u05_convolution.conv_layers import require_channels_last


def power_iteration(W, u):
    """One step of the power iteration for the largest singular value of a matrix, or of each matrix of a stack.

    a = W u / ‖W u‖,   u ← Wᵀ a / ‖Wᵀ a‖,   σ = aᵀ W u

    a and u count as constants for derivatives, so that ∂σ/∂W = a uᵀ, which is right at the singular vectors. For W = 0,
    σ is 0 and u stays as it is.

    Args:
        W: shape (..., rows, columns).
        u: the last approximation of the right singular vector, shape (..., columns).

    Returns:
        σ, shape (...), and the new u.

    References: Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial networks" (2018).
    """
    W, u = ops.convert_to_tensor(W), ops.convert_to_tensor(u)
    fixed = ops.stop_gradient(W)
    a = _unit(ops.matmul(fixed, u[..., None])[..., 0])
    moved = _unit(ops.matmul(ops.swapaxes(fixed, -1, -2), a[..., None])[..., 0])
    u = ops.where(ops.any(moved != 0, axis=-1, keepdims=True), moved, u)
    # σ = aᵀ W u
    return ops.sum(a[..., None] * W * u[..., None, :], axis=(-2, -1)), u


def divided(W, sigma):
    """W / σ for a matrix or each of a stack; a matrix of zeros, whose σ is 0, stays as it is."""
    return W / ops.where(sigma > 0, sigma, 1.0)[..., None, None]


def _unit(vector):
    return vector / ops.sqrt(ops.sum(vector**2, axis=-1, keepdims=True) + 1e-12)


class _Spectral:
    """What both layers do with their kernel; u is kept, and each call with ``training=True`` is one more iteration."""

    def build(self, input_shape):
        super().build(input_shape)
        self.u = self.add_weight(
            shape=(self.kernel.shape[-1],),
            initializer=keras.initializers.RandomNormal(),
            trainable=False,
            name="u",
        )

    def normalized_kernel(self, training):
        """W / σ, where the rows of W are all axes of the kernel but the last one."""
        kernel = ops.convert_to_tensor(self.kernel)
        W = ops.reshape(kernel, (-1, kernel.shape[-1]))
        sigma, u = power_iteration(W, ops.convert_to_tensor(self.u))
        if training:
            self.u.assign(u)
        return ops.reshape(divided(W, sigma), kernel.shape)


@keras.saving.register_keras_serializable("medl")
class SpectralDense(_Spectral, layers.Dense):
    """A dense layer x W/σ + b, where σ is the largest singular value of W by a power iteration."""

    def call(self, x, training=False):
        """The outputs, shape (batch, units)."""
        x = ops.matmul(x, self.normalized_kernel(training))
        return self.activation(x + self.bias if self.use_bias else x)


@keras.saving.register_keras_serializable("medl")
class SpectralConv2D(_Spectral, layers.Conv2D):
    """A convolution with W/σ, where W is the kernel as a matrix with one column for each output channel.

    σ of this matrix is not the largest factor by which the convolution can stretch an image, but it bounds that factor:
    with the stride 1 it is at most √(height · width of the kernel) · σ.

    Raises:
        ValueError: the channels are not the last axis.
    """

    def build(self, input_shape):
        """Make the weights of ``keras.layers.Conv2D``, and u."""
        require_channels_last(self.data_format)
        super().build(input_shape)

    def call(self, x, training=False):
        """The feature maps, shape (batch, height, width, filters)."""
        maps = ops.conv(
            ops.convert_to_tensor(x, self.compute_dtype),
            self.normalized_kernel(training),
            strides=self.strides,
            padding=self.padding,
            data_format="channels_last",
            dilation_rate=self.dilation_rate,
        )
        return self.activation(maps + self.bias if self.use_bias else maps)
