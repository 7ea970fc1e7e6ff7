"""Batch normalization: training, inference, and the gradient by hand."""

from keras import ops


def forward_training(z, gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    """The forward pass in training, and the update of the moving averages.

    z̃ = γ (z − μ) / √(σ² + ε) + β,   μ and σ² over the batch, σ² = mean of (z − μ)²
    μ̄ ← ρ μ̄ + (1 − ρ) μ,   σ̄² ← ρ σ̄² + (1 − ρ) σ²

    Args:
        z: shape (batch, features).
        gamma, beta, moving_mean, moving_variance: γ, β, μ̄, σ̄², shape (features,).
        momentum: ρ, a number near 1.
        epsilon: ε.

    Returns:
        ``(z̃, new μ̄, new σ̄²)``.
    """
    mean = ops.mean(z, axis=0)
    variance = ops.mean(ops.square(z - mean), axis=0)
    z_hat = (z - mean) / ops.sqrt(variance + epsilon)
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * z_hat + beta, moving_mean, moving_variance


def forward_inference(z, gamma, beta, moving_mean, moving_variance, epsilon):
    """The same map for every sample: z̃ = γ (z − μ̄) / √(σ̄² + ε) + β.

    Args:
        z: shape (batch, features).
        gamma, beta, moving_mean, moving_variance: shape (features,).
        epsilon: ε.

    Returns:
        z̃, of the shape of ``z``.
    """
    return gamma * (z - moving_mean) / ops.sqrt(moving_variance + epsilon) + beta


def backward(slope, z, gamma, epsilon):
    """The gradients of a cost through the layer in training.

    Args:
        slope: ∂C/∂z̃, shape (batch, features).
        z: shape (batch, features).
        gamma: γ, shape (features,).
        epsilon: ε.

    Returns:
        ``(∂C/∂z, ∂C/∂γ, ∂C/∂β)``, of the shapes of z, γ and γ.
    """
    mean = ops.mean(z, axis=0)
    s = ops.sqrt(ops.mean(ops.square(z - mean), axis=0) + epsilon)
    z_hat = (z - mean) / s
    # ∂C/∂ẑ = γ ∘ slope, then the Jacobian (1/s)(I − 1 1ᵀ/n − ẑ ẑᵀ/n) of every feature
    g = gamma * slope
    by_z = (g - ops.mean(g, axis=0) - z_hat * ops.mean(g * z_hat, axis=0)) / s
    return by_z, ops.sum(slope * z_hat, axis=0), ops.sum(slope, axis=0)
