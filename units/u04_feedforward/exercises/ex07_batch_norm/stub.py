"""Batch normalisation: training, inference, and the gradient by hand."""

from keras import ops  # noqa: F401


def forward_training(z, gamma, beta, moving_mean, moving_variance, momentum, epsilon):
    """One batch in training, and what it leaves in the moving averages.

    z̃ = γ (z − μ) / √(σ² + ε) + β,   μ and σ² over the batch, σ² = mean of (z − μ)²
    μ̄ ← ρ μ̄ + (1 − ρ) μ,   σ̄² ← ρ σ̄² + (1 − ρ) σ²

    Args:
        z: shape ``(batch, features)``.
        gamma, beta, moving_mean, moving_variance: γ, β, μ̄, σ̄², shape ``(features,)``.
        momentum: ρ, a number near 1.
        epsilon: ε.

    Returns:
        ``(z̃, new μ̄, new σ̄²)``.
    """
    raise NotImplementedError


def forward_inference(z, gamma, beta, moving_mean, moving_variance, epsilon):
    """The same map for every sample: z̃ = γ (z − μ̄) / √(σ̄² + ε) + β.

    Args:
        z: shape ``(batch, features)``.
        gamma, beta, moving_mean, moving_variance: shape ``(features,)``.
        epsilon: ε.

    Returns:
        z̃, of the shape of ``z``.
    """
    raise NotImplementedError


def backward(slope, z, gamma, epsilon):
    """The gradients of a cost through the layer in training.

    Args:
        slope: ∂C/∂z̃, shape ``(batch, features)``.
        z: shape ``(batch, features)``.
        gamma: γ, shape ``(features,)``.
        epsilon: ε.

    Returns:
        ``(∂C/∂z, ∂C/∂γ, ∂C/∂β)``, of the shapes of z, γ and γ.
    """
    raise NotImplementedError
