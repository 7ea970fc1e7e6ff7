"""Layer and RMS normalization, and the gradient by hand."""

from keras import ops


def layer_norm(z, gamma, beta, epsilon):
    """Normalize every position of every sample by the mean and variance of its features.

    z̃ = γ (z − μ) / √(σ² + ε) + β

    Args:
        z: shape (batch, seq, features).
        gamma, beta: γ and β, shape (features,).
        epsilon: ε.

    Returns:
        z̃, of the shape of ``z``.
    """
    mean = ops.mean(z, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(z - mean), axis=-1, keepdims=True)
    return gamma * (z - mean) / ops.sqrt(variance + epsilon) + beta


def rms_norm(z, gamma, epsilon):
    """Divide by the root mean square of the features: z̃ = γ z / √(mean of z² + ε).

    Args:
        z: shape (batch, seq, features).
        gamma: γ, shape (features,).
        epsilon: ε.

    Returns:
        z̃, of the shape of ``z``.
    """
    return gamma * z / ops.sqrt(ops.mean(ops.square(z), axis=-1, keepdims=True) + epsilon)


def backward(slope, z, gamma, epsilon):
    """The gradients of a cost through ``layer_norm``.

    Args:
        slope: ∂C/∂z̃, shape (batch, seq, features).
        z: shape (batch, seq, features).
        gamma: γ, shape (features,).
        epsilon: ε.

    Returns:
        ``(∂C/∂z, ∂C/∂γ, ∂C/∂β)``, of the shapes of z, γ and γ.
    """
    mean = ops.mean(z, axis=-1, keepdims=True)
    s = ops.sqrt(ops.mean(ops.square(z - mean), axis=-1, keepdims=True) + epsilon)
    z_hat = (z - mean) / s
    g = gamma * slope
    product = ops.mean(g * z_hat, axis=-1, keepdims=True)
    by_z = (g - ops.mean(g, axis=-1, keepdims=True) - z_hat * product) / s
    return by_z, ops.sum(slope * z_hat, axis=(0, 1)), ops.sum(slope, axis=(0, 1))
