"""Polynomial fits to many training sets, and their bias–variance decomposition."""

from keras import ops  # noqa: F401


def polynomial_predictions(x, y, x_new, degree):
    """Fit a polynomial to every training set and predict at new points.

    Args:
        x: inputs that all training sets share, of shape (batch,).
        y: targets, of shape (datasets, batch).
        x_new: inputs to predict at, of shape (points,).
        degree: degree of the polynomial.

    Returns:
        Predictions of shape (datasets, points).
    """
    raise NotImplementedError


def decompose(predictions, truth, noise_std):
    """Split the expected squared error into bias², variance and noise.

    Args:
        predictions: one row per training set, of shape (datasets, points).
        truth: f at the points, of shape (points,).
        noise_std: σ.

    Returns:
        A dictionary of numbers: "bias2", "variance", "noise" and their sum "expected_error".
    """
    raise NotImplementedError
