"""The penalty of a sparse autoencoder, and the gradient of its cost."""

from keras import ops


def penalty(z, rho):
    """The divergence of the mean activities from ρ, added over the units.

    Args:
        z: codes, shape (batch, units).
        rho: ρ.

    Returns:
        A number.
    """
    active = ops.mean(z, axis=0)
    active = ops.clip(active, 1e-6, 1 - 1e-6)
    terms = rho * ops.log(rho / active) + (1 - rho) * ops.log((1 - rho) / (1 - active))
    return ops.sum(terms)


def penalty_gradient(z, rho):
    """The derivative of the penalty by every entry of z.

    Args:
        z: codes, shape (batch, units).
        rho: ρ.

    Returns:
        Shape (batch, units).
    """
    active = ops.mean(z, axis=0)
    # ∂ρ̂_j/∂z_ij = 1/n
    slope = ((1 - rho) / (1 - active) - rho / active) / z.shape[0]
    return ops.ones_like(z) * slope


def code_gradient(x, x_hat, z, W2, rho, weight):
    """∂C/∂a, the gradient by the input of the sigmoid.

    Args:
        x, x_hat: samples and their reconstructions, shape (batch, features).
        z: codes, shape (batch, units).
        W2: weights of the decoder, shape (units, features).
        rho: ρ.
        weight: ω.

    Returns:
        Shape (batch, units).
    """
    # ∂C/∂x̂ = 2 (x̂ − x) / n
    D = 2 * (x_hat - x) / x.shape[0]
    by_z = ops.matmul(D, ops.transpose(W2)) + weight * penalty_gradient(z, rho)
    return by_z * z * (1 - z)


def penalty_in_parts(parts, rho):
    """The penalty of all samples together.

    Args:
        parts: a list of codes, each of the shape (batch, units).
        rho: ρ.

    Returns:
        A number.
    """
    total = sum(ops.sum(part, axis=0) for part in parts)
    count = sum(part.shape[0] for part in parts)
    return penalty(total[None] / count, rho)
