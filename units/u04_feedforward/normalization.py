"""The step that batch and layer normalization share, forward and backward by hand (§5.6).

Along which axis the mean is taken is all that tells them apart: along the batch, one mean for each feature; or along
the features, one mean for each sample.
"""

from keras import ops

from course.validation import floats


def normalize(z, axis, epsilon=1e-3):
    """Mean 0 and variance 1 along an axis.

    ẑ = (z − μ) / s,   s = √(σ² + ε),   σ² = mean of (z − μ)²

    Args:
        z: a tensor.
        axis: an axis, or several in a tuple.
        epsilon: ε; where the variance is 0 it makes ẑ = 0.

    Returns:
        ``(ẑ, μ, s)``; the last two with axes of length 1.
    """
    z = floats(z)
    mu = ops.mean(z, axis=axis, keepdims=True)
    s = ops.sqrt(ops.mean(ops.square(z - mu), axis=axis, keepdims=True) + epsilon)
    return (z - mu) / s, mu, s


def normalize_backward(slope, z_hat, s, axis):
    """The gradient through ``normalize``: every z moves μ and σ² too.

    ∂C/∂z = (1/s) (g − mean(g) − ẑ ∘ mean(g ∘ ẑ)),   g = ∂C/∂ẑ

    In matrix form, for one column of n values, ∂ẑ/∂z = (1/s) (I − 1 1ᵀ/n − ẑ ẑᵀ/n), and it is symmetric. It
    annihilates 1 and, but for ε, ẑ: what would only shift or scale z has no effect on ẑ, and so no gradient.

    Args:
        slope: g = ∂C/∂ẑ, of the shape of z.
        z_hat: ẑ of ``normalize``.
        s: s of ``normalize``.
        axis: as there.

    Returns:
        ∂C/∂z, of the shape of z.
    """
    z_hat = floats(z_hat)
    slope = _of_shape(slope, z_hat)
    mean_slope = ops.mean(slope, axis=axis, keepdims=True)
    mean_product = ops.mean(slope * z_hat, axis=axis, keepdims=True)
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

    References: Ioffe, Szegedy, "Batch normalization" (2015).
    """
    z_hat, _, s = normalize(z, 0, epsilon)
    slope, gamma = _of_shape(slope, z_hat), floats(gamma)
    return normalize_backward(slope * gamma, z_hat, s, 0), ops.sum(slope * z_hat, 0), ops.sum(slope, 0)


def layer_norm_backward(slope, z, gamma, epsilon=1e-3):
    """The same along the features: each row has its own μ and s. Arguments and results as ``batch_norm_backward``.

    References: Ba, Kiros, Hinton, "Layer normalization" (2016).
    """
    z_hat, _, s = normalize(z, -1, epsilon)
    slope, gamma = _of_shape(slope, z_hat), floats(gamma)
    return normalize_backward(slope * gamma, z_hat, s, -1), ops.sum(slope * z_hat, 0), ops.sum(slope, 0)


def _of_shape(slope, z):
    slope = floats(slope)
    if tuple(slope.shape) != tuple(z.shape):
        raise ValueError(f"slope must have the shape of z, {tuple(z.shape)}, got {tuple(slope.shape)}.")
    return slope
