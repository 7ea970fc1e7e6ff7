"""A linear autoencoder with tied weights, and how far its subspace is from another."""

import numpy as np


def reconstruct(x, W, mean):
    """Encode with Wᵀ, decode with W.

    a = Wᵀ (x − x̄),   x̂ = x̄ + W a

    Args:
        x: samples, shape (batch, features).
        W: weights, shape (features, latent).
        mean: x̄, shape (features,).

    Returns:
        x̂, shape (batch, features).
    """
    return mean + (x - mean) @ W @ W.T


def gradient(x, W, mean):
    """The gradient of the reconstruction error with respect to the one matrix that encodes and decodes.

    C(W) = (1/n) ∑_i ‖x_i − x̂_i‖²

    Args:
        x: samples, shape (batch, features).
        W: weights, shape (features, latent).
        mean: x̄, shape (features,).

    Returns:
        ∂C/∂W, shape (features, latent).
    """
    centred = x - mean
    residual = centred - centred @ W @ W.T
    # Xᵀ R W is what W gets as decoder, Rᵀ X W what it gets as encoder, or the other way round
    return -2 / len(x) * (centred.T @ residual + residual.T @ centred) @ W


def principal_angles(A, B):
    """The angles between the column spaces of A and B, and the directions in span(A) that they belong to.

    A = Q_A R_A,   B = Q_B R_B,   Q_Aᵀ Q_B = U diag(cos ψ) Vᵀ,   p_i = Q_A u_i

    Args:
        A: a basis in its columns, shape (features, k).
        B: a basis in its columns, shape (features, k).

    Returns:
        ``(angles, P)``: the angles in radians, smallest first, shape (k,), and the directions p_i as columns, of
        length 1, shape (features, k).
    """
    Q_A, Q_B = np.linalg.qr(A)[0], np.linalg.qr(B)[0]
    U, cosines, _ = np.linalg.svd(Q_A.T @ Q_B)
    return np.arccos(np.clip(cosines, -1, 1)), Q_A @ U
