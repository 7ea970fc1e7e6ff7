"""A Gaussian squashed into an interval by a logistic function: density, gradients, and a mean that moves by samples."""

import math

from keras import ops


def sample(mean, log_std, noise, low, high):
    """The action for given noise.

    u = μ + σ ξ,   a = low + (high − low) σ_Sig(u)

    Args:
        mean: μ, shape (batch, actions).
        log_std: log σ, shape (batch, actions).
        noise: ξ, shape (batch, actions).
        low, high: bounds, shape (actions,).

    Returns:
        a, shape (batch, actions).
    """
    return low + (high - low) * ops.sigmoid(mean + ops.exp(log_std) * noise)


def log_density_of_noise(mean, log_std, noise, low, high):
    """log π(a) of the action that ``sample`` returns for the noise, shape (batch,).

    It is finite for every u = μ + σ ξ, also for u = 200.
    """
    u = mean + ops.exp(log_std) * noise
    # log of the standard normal density of ξ, divided by da/dξ = σ (high − low) σ_Sig(u) σ_Sig(−u)
    gaussian = -0.5 * noise**2 - 0.5 * math.log(2 * math.pi) - log_std
    jacobian = ops.log(high - low) - ops.softplus(u) - ops.softplus(-u)
    return ops.sum(gaussian - jacobian, axis=-1)


def log_density(action, mean, log_std, low, high):
    """log π(a) of given actions strictly between the bounds, shape (batch,)."""
    share = (action - low) / (high - low)
    u = ops.log(share) - ops.log(1 - share)
    return log_density_of_noise(mean, log_std, (u - mean) / ops.exp(log_std), low, high)


def reparameterized_gradient(mean, log_std, noise, low, high, slope, alpha):
    """∂/∂μ and ∂/∂log σ of α log π(a) − Q(a), where a moves with μ and σ and the noise stays.

    Args:
        mean, log_std, noise, low, high: as for ``sample``.
        slope: ∂Q/∂a at the action, shape (batch, actions).
        alpha: α.

    Returns:
        Two tensors of shape (batch, actions).
    """
    u = mean + ops.exp(log_std) * noise
    p = ops.sigmoid(u)
    # ∂ log π/∂u = σ_Sig(u) − σ_Sig(−u), and ∂a/∂u = (high − low) σ_Sig(u) σ_Sig(−u)
    by_u = alpha * (2 * p - 1) - slope * (high - low) * p * ops.sigmoid(-u)
    return by_u, by_u * ops.exp(log_std) * noise - alpha
