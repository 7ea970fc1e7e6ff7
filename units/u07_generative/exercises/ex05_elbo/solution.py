"""The evidence lower bound of a variational autoencoder with a linear decoder."""

import numpy as np


def divergence(mean, deviation):
    """The Kullback–Leibler divergence of N(μ, diag σ²) from N(0, I).

    Args:
        mean, deviation: μ and σ, shape (batch, latent).

    Returns:
        Shape (batch,).
    """
    return np.sum(0.5 * (deviation**2 + mean**2 - 1) - np.log(deviation), axis=1)


def one_draw(x, mean, deviation, noise, W, noise_deviation):
    """The ELBO estimated with one draw of z.

    Args:
        x: shape (batch, features).
        mean, deviation, noise: μ, σ and ε, shape (batch, latent).
        W: shape (features, latent).
        noise_deviation: σ_x, a number.

    Returns:
        Shape (batch,).
    """
    z = mean + deviation * noise
    errors = np.sum((x - z @ W.T) ** 2, axis=1)
    return _log_density(errors, x.shape[1], noise_deviation) - divergence(mean, deviation)


def elbo(x, mean, deviation, W, noise_deviation):
    """The ELBO without any draw.

    Args:
        x, mean, deviation, W, noise_deviation: as in ``one_draw``.

    Returns:
        Shape (batch,).
    """
    spread = deviation**2 @ np.sum(W**2, axis=0)
    errors = np.sum((x - mean @ W.T) ** 2, axis=1) + spread
    return _log_density(errors, x.shape[1], noise_deviation) - divergence(mean, deviation)


def best_encoder(x, W, noise_deviation):
    """μ and σ with the largest ELBO.

    Args:
        x, W, noise_deviation: as in ``one_draw``.

    Returns:
        (μ, σ), both of the shape (batch, latent).
    """
    Q = np.eye(W.shape[1]) + W.T @ W / noise_deviation**2
    mean = np.linalg.solve(Q, W.T @ x.T / noise_deviation**2).T
    deviation = 1 / np.sqrt(np.diag(Q))
    return mean, np.tile(deviation, (len(x), 1))


def _log_density(errors, features, noise_deviation):
    """log N(x; x̂, σ_x² I) from the squared distance of x and x̂."""
    variance = noise_deviation**2
    return -0.5 * errors / variance - 0.5 * features * np.log(2 * np.pi * variance)
