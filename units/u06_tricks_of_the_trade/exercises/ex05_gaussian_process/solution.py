"""Gaussian-process regression with a constant mean and a noise variance for every measurement."""

import numpy as np


def matern(x, other, variance, scales):
    """The Matérn kernel with ν = 3/2.

    Args:
        x: points, shape (points, features).
        other: points, shape (others, features).
        variance: k_0.
        scales: length scales, shape (features,).

    Returns:
        An array of shape (points, others).
    """
    d = np.sqrt((((x[:, None] - other[None]) / scales) ** 2).sum(axis=-1))
    return variance * (1 + np.sqrt(3) * d) * np.exp(-np.sqrt(3) * d)


def posterior(x, y, new, variance, scales, noise, mean):
    """Mean and standard deviation of F at new points.

    Args:
        x: points of the measurements, shape (points, features).
        y: their values, shape (points,).
        new: points, shape (others, features).
        variance: k_0.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).
        mean: of F, m.

    Returns:
        ``[mean, std]``, two arrays of shape (others,).
    """
    K_y = matern(x, x, variance, scales) + np.diag(noise)
    among = matern(x, new, variance, scales)
    prediction = mean + among.T @ np.linalg.solve(K_y, y - mean)
    left = variance - (among * np.linalg.solve(K_y, among)).sum(axis=0)
    return [prediction, np.sqrt(np.maximum(left, 0.0))]


def log_likelihood(x, y, variance, scales, noise, mean):
    """log p(y) of the measurements.

    Args:
        x: points, shape (points, features).
        y: values, shape (points,).
        variance: k_0.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).
        mean: of F, m.

    Returns:
        A number.
    """
    K_y = matern(x, x, variance, scales) + np.diag(noise)
    G = np.linalg.cholesky(K_y)
    white = np.linalg.solve(G, y - mean)
    return float(-0.5 * white @ white - np.log(np.diag(G)).sum() - 0.5 * len(y) * np.log(2 * np.pi))


def best_mean(x, y, variance, scales, noise):
    """The mean m with the largest log p(y).

    Args:
        x: points, shape (points, features).
        y: values, shape (points,).
        variance: k_0.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).

    Returns:
        A number.
    """
    K_y = matern(x, x, variance, scales) + np.diag(noise)
    weights = np.linalg.solve(K_y, np.ones(len(y)))
    return float(weights @ y / weights.sum())


def leave_one_out(x, y, variance, scales, noise, mean):
    """The prediction for every measurement from the others.

    Args:
        x: points, shape (points, features).
        y: values, shape (points,).
        variance: k_0.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).
        mean: of F, m.

    Returns:
        ``[mean, std]``, two arrays of shape (points,).
    """
    inverse = np.linalg.inv(matern(x, x, variance, scales) + np.diag(noise))
    diagonal = np.diag(inverse)
    return [y - inverse @ (y - mean) / diagonal, 1 / np.sqrt(diagonal)]
