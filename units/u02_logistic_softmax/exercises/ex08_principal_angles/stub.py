"""A linear autoencoder with tied weights, and how far its subspace is from another."""

import numpy as np  # noqa: F401


def reconstruct(x, W, mean):
    """Encode with Wᵀ, decode with W.

    h = Wᵀ (x − x̄),   x̂ = x̄ + W h

    Args:
        x: samples, shape ``(batch, features)``.
        W: weights, shape ``(features, latent)``.
        mean: x̄, shape ``(features,)``.

    Returns:
        x̂, shape ``(batch, features)``.
    """
    raise NotImplementedError


def gradient(x, W, mean):
    """The gradient of the reconstruction error with respect to the one matrix that encodes and decodes.

    C(W) = (1/n) ∑_i ‖x_i − x̂_i‖²

    Args:
        x: samples, shape ``(batch, features)``.
        W: weights, shape ``(features, latent)``.
        mean: x̄, shape ``(features,)``.

    Returns:
        ∂C/∂W, shape ``(features, latent)``.
    """
    raise NotImplementedError


def principal_angles(A, B):
    """The angles between the column spaces of A and B.

    A = Q_A R_A,   B = Q_B R_B,   cos θ_i = σ_i(Q_Aᵀ Q_B)

    Args:
        A: a basis in its columns, shape ``(features, k)``.
        B: a basis in its columns, shape ``(features, k)``.

    Returns:
        The angles in radians, smallest first, shape ``(k,)``.
    """
    raise NotImplementedError
