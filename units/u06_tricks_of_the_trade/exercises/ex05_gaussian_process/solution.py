"""Gaussian-process regression with a constant mean and a noise variance for every measurement."""

import numpy as np


def matern(x, other, v, scales):
    """The Matérn kernel with ν = 3/2.

    Args:
        x: points, shape (points, features).
        other: points, shape (others, features).
        v: the variance.
        scales: length scales, shape (features,).

    Returns:
        An array of shape (points, others).
    """
    d = np.sqrt((((x[:, None] - other[None]) / scales) ** 2).sum(axis=-1))
    return v * (1 + np.sqrt(3) * d) * np.exp(-np.sqrt(3) * d)


def posterior(x, y, new, v, scales, noise, c):
    """Mean and standard deviation of f at new points.

    Args:
        x: points of the measurements, shape (points, features).
        y: their values, shape (points,).
        new: points, shape (others, features).
        v: the variance.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).
        c: the mean of f.

    Returns:
        ``[mean, std]``, two arrays of shape (others,).
    """
    M = matern(x, x, v, scales) + np.diag(noise)
    among = matern(x, new, v, scales)
    mean = c + among.T @ np.linalg.solve(M, y - c)
    variance = v - (among * np.linalg.solve(M, among)).sum(axis=0)
    return [mean, np.sqrt(np.maximum(variance, 0.0))]


def log_likelihood(x, y, v, scales, noise, c):
    """log p(y) of the measurements.

    Args:
        x: points, shape (points, features).
        y: values, shape (points,).
        v: the variance.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).
        c: the mean of f.

    Returns:
        A number.
    """
    M = matern(x, x, v, scales) + np.diag(noise)
    G = np.linalg.cholesky(M)
    white = np.linalg.solve(G, y - c)
    return float(-0.5 * white @ white - np.log(np.diag(G)).sum() - 0.5 * len(y) * np.log(2 * np.pi))


def best_mean(x, y, v, scales, noise):
    """The mean c with the largest log p(y).

    Args:
        x: points, shape (points, features).
        y: values, shape (points,).
        v: the variance.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).

    Returns:
        A number.
    """
    M = matern(x, x, v, scales) + np.diag(noise)
    weights = np.linalg.solve(M, np.ones(len(y)))
    return float(weights @ y / weights.sum())


def leave_one_out(x, y, v, scales, noise, c):
    """The prediction for every measurement from the others.

    Args:
        x: points, shape (points, features).
        y: values, shape (points,).
        v: the variance.
        scales: length scales, shape (features,).
        noise: variances of the noise, shape (points,).
        c: the mean of f.

    Returns:
        ``[mean, std]``, two arrays of shape (points,).
    """
    inverse = np.linalg.inv(matern(x, x, v, scales) + np.diag(noise))
    diagonal = np.diag(inverse)
    return [y - inverse @ (y - c) / diagonal, 1 / np.sqrt(diagonal)]
