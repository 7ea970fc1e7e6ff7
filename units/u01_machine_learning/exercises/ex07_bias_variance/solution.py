"""Polynomial fits to many training sets, and their bias–variance decomposition."""

from keras import ops


def polynomial_predictions(x, y, x_new, degree):
    """Fit a polynomial to every training set and predict at new points.

    Args:
        x: inputs that all training sets share, shape (batch,).
        y: targets, shape (datasets, batch).
        x_new: inputs to predict at, shape (points,).
        degree: degree of the polynomial.

    Returns:
        Predictions of shape (datasets, points).
    """
    Phi = ops.stack([x**k for k in range(degree + 1)], axis=1)
    Phi_new = ops.stack([x_new**k for k in range(degree + 1)], axis=1)
    # θ = (ΦᵀΦ)⁻¹ Φᵀ y, one column per training set
    theta = ops.solve(ops.matmul(ops.transpose(Phi), Phi), ops.matmul(ops.transpose(Phi), ops.transpose(y)))
    return ops.transpose(ops.matmul(Phi_new, theta))


def decompose(predictions, truth, noise_std):
    """Split the expected squared error into bias², variance and noise.

    Args:
        predictions: one row per training set, shape (datasets, points).
        truth: f at the points, shape (points,).
        noise_std: σ.

    Returns:
        A dictionary of numbers: "bias2", "variance", "noise" and their sum "expected_error".
    """
    average = ops.mean(predictions, axis=0)
    bias2 = ops.mean((truth - average) ** 2)
    variance = ops.mean((predictions - average) ** 2)
    noise = noise_std**2
    return {"bias2": bias2, "variance": variance, "noise": noise, "expected_error": bias2 + variance + noise}
