"""Layer normalisation, its short form, and the gradient by hand."""

from keras import ops  # noqa: F401


def layer_norm(z, gamma, beta, epsilon):
    """Every position of every sample by the mean and variance of its own features.

    z̃ = γ (z − μ) / √(σ² + ε) + β

    Args:
        z: shape ``(batch, seq, features)``.
        gamma, beta: γ and β, shape ``(features,)``.
        epsilon: ε.

    Returns:
        z̃, of the shape of ``z``.
    """
    raise NotImplementedError


def rms_norm(z, gamma, epsilon):
    """Divide by the root mean square of the features, and leave the mean in: z̃ = γ z / √(mean of z² + ε).

    Args:
        z: shape ``(batch, seq, features)``.
        gamma: γ, shape ``(features,)``.
        epsilon: ε.

    Returns:
        z̃, of the shape of ``z``.
    """
    raise NotImplementedError


def backward(slope, z, gamma, epsilon):
    """The gradients of a cost through ``layer_norm``.

    Args:
        slope: ∂C/∂z̃, shape ``(batch, seq, features)``.
        z: shape ``(batch, seq, features)``.
        gamma: γ, shape ``(features,)``.
        epsilon: ε.

    Returns:
        ``(∂C/∂z, ∂C/∂γ, ∂C/∂β)``, of the shapes of z, γ and γ.
    """
    raise NotImplementedError
