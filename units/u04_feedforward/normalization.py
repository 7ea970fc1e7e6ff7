"""The step that batch and layer normalization share, forward and backward by hand (§5.6).

They differ only in the axis of the means: batch normalization has one mean for each feature, over the batch; layer
normalization has one mean for each sample, over the features.
"""

from keras import ops

from course.validation import precise_floats


def normalize(z, axis, epsilon=1e-3):
    """Mean 0 and variance 1 along an axis.

    ẑ = (z − μ) / s,   s = √(σ² + ε),   σ² = mean of (z − μ)²

    float16 and bfloat16 become float32: the squares of 300 and the sum of many numbers leave the range of float16.

    Args:
        z: a tensor.
        axis: an axis, or several in a tuple.
        epsilon: ε; where the variance is 0 it makes ẑ = 0.

    Returns:
        ``(ẑ, μ, s)``; the last two with axes of length 1.
    """
    z = precise_floats(z)
    # μ = mean of z,   s = √(σ² + ε)
    mu = ops.mean(z, axis=axis, keepdims=True)
    s = ops.sqrt(ops.mean(ops.square(z - mu), axis=axis, keepdims=True) + epsilon)
    # ẑ = (z − μ) / s
    return (z - mu) / s, mu, s


def normalize_backward(slope, z_hat, s, axis):
    """The gradient through ``normalize``; μ and σ² depend on every z.

    ∂C/∂z = (1/s) (g − mean(g) − ẑ ∘ mean(g ∘ ẑ)),   g = ∂C/∂ẑ

    In matrix form, for one column of n values, ∂ẑ/∂z = (1/s) (I − 1 1ᵀ/n − ẑ ẑᵀ/n), and it is symmetric. Its
    product with 1 is 0, and its product with ẑ is 0 up to ε: shifting or scaling z does not change ẑ.

    Args:
        slope: g = ∂C/∂ẑ, of the shape of z.
        z_hat: ẑ of ``normalize``.
        s: s of ``normalize``.
        axis: as there.

    Returns:
        ∂C/∂z, of the shape of z.
    """
    z_hat = precise_floats(z_hat)
    slope = _of_shape(slope, z_hat)
    mean_slope = ops.mean(slope, axis=axis, keepdims=True)
    mean_product = ops.mean(slope * z_hat, axis=axis, keepdims=True)
    # ∂C/∂z = (1/s) (g − mean(g) − ẑ ∘ mean(g ∘ ẑ))
    return (slope - mean_slope - z_hat * mean_product) / s


def batch_norm_backward(slope, z, gamma, epsilon=1e-3):
    """Backpropagation of batch normalization in training: z̃ = γ ∘ ẑ + β over the rows of a batch.

    ∂C/∂γ = ∑_i g̃_i ∘ ẑ_i,   ∂C/∂β = ∑_i g̃_i,   ∂C/∂z from g = γ ∘ g̃,   g̃ = ∂C/∂z̃

    Args:
        slope: g̃, (batch, features).
        z: the inputs, (batch, features).
        gamma: γ, (features,).
        epsilon: ε.

    Returns:
        ``(∂C/∂z, ∂C/∂γ, ∂C/∂β)``.

    Raises:
        ValueError: the slope does not have the shape of z, or γ is not one number for each feature.

    References: Ioffe, Szegedy, "Batch normalization" (2015).
    """
    z_hat, _, s = normalize(z, 0, epsilon)
    slope, gamma = _of_shape(slope, z_hat), _scale(gamma, z_hat)
    # ∂C/∂z from g = γ ∘ g̃,   ∂C/∂γ = ∑_i g̃_i ∘ ẑ_i,   ∂C/∂β = ∑_i g̃_i
    return normalize_backward(slope * gamma, z_hat, s, 0), ops.sum(slope * z_hat, 0), ops.sum(slope, 0)


def layer_norm_backward(slope, z, gamma, epsilon=1e-3):
    """The same along the features: each row has its own μ and s. Arguments and results as ``batch_norm_backward``.

    References: Ba, Kiros, Hinton, "Layer normalization" (2016).
    """
    z_hat, _, s = normalize(z, -1, epsilon)
    slope, gamma = _of_shape(slope, z_hat), _scale(gamma, z_hat)
    # ∂C/∂z from g = γ ∘ g̃,   ∂C/∂γ = ∑_i g̃_i ∘ ẑ_i,   ∂C/∂β = ∑_i g̃_i
    return normalize_backward(slope * gamma, z_hat, s, -1), ops.sum(slope * z_hat, 0), ops.sum(slope, 0)


def _scale(gamma, z):
    gamma = precise_floats(gamma)
    if tuple(gamma.shape) != tuple(z.shape[-1:]):
        raise ValueError(
            f"gamma must have shape (features,), {tuple(z.shape[-1:])}, got {tuple(gamma.shape)}."
        )
    return gamma


def _of_shape(slope, z):
    slope = precise_floats(slope)
    if tuple(slope.shape) != tuple(z.shape):
        raise ValueError(f"slope must have the shape of z, {tuple(z.shape)}, got {tuple(slope.shape)}.")
    return slope
