"""The bias–variance decomposition, measured on many training sets (§2.5)."""

from collections import namedtuple

from keras import ops

import course
from course.validation import features, numbers, targets

Decomposition = namedtuple("Decomposition", "bias2 variance noise expected_error")


def decompose(predictions, truth, noise_std):
    """Split the expected squared error into bias², variance and noise.

    E[(y − f̂_D(x))²] = (f(x) − E_D f̂_D(x))² + E_D[(f̂_D(x) − E_D f̂_D(x))²] + σ²

    E_D is estimated by the mean over the training sets D, and each term is then averaged over the points x.
    With the mean (not the n − 1 mean) for the variance, bias² + variance is exactly the mean of (f(x) −
    f̂_D(x))².

    Args:
        predictions: f̂_D(x), shape (datasets, points).
        truth: f(x), shape (points,).
        noise_std: σ, the standard deviation of y − f(x).

    Returns:
        ``Decomposition(bias2, variance, noise, expected_error)`` of floats; the last is the sum of the
        others.

    Raises:
        ValueError: if the shapes do not agree, a value is not finite or σ is negative.

    Example:
        >>> decompose([[0.0, 1.0], [2.0, 1.0]], [0.0, 1.0], noise_std=0.5)
        Decomposition(bias2=0.5, variance=0.5, noise=0.25, expected_error=1.25)
    """
    predictions, truth = _predictions(predictions), numbers(truth, name="truth")
    if truth.shape != (predictions.shape[1],):
        raise ValueError(
            f"predictions must be (datasets, points) and truth (points,), got {tuple(predictions.shape)} and "
            f"{truth.shape}."
        )
    truth = ops.convert_to_tensor(truth, "float32")
    if not noise_std >= 0:
        raise ValueError(f"noise_std must not be negative, got {noise_std}.")
    bias2, variance = (float(term) for term in _terms(predictions, truth))
    # σ²
    noise = float(noise_std) ** 2
    return Decomposition(bias2, variance, noise, bias2 + variance + noise)


@course.fused
def _terms(predictions, truth):
    # E_D f̂_D(x)
    average = ops.mean(predictions, axis=0)
    # (f(x) − E_D f̂_D(x))²,   E_D[(f̂_D(x) − E_D f̂_D(x))²]
    return ops.mean((truth - average) ** 2), ops.mean((predictions - average) ** 2)


def measured_error(predictions, observations):
    """Estimate the expected error without knowing f: compare with fresh noisy observations.

    E = mean over D and x of (y − f̂_D(x))²

    The observations must not have been trained on; then this estimates ``decompose(...).expected_error``.

    Args:
        predictions: f̂_D(x), shape (datasets, points).
        observations: y, shape (datasets, points), drawn anew for every training set.

    Returns:
        A float.

    Example:
        >>> measured_error([[1.0, 2.0]], [[0.0, 4.0]])
        2.5
    """
    predictions = _predictions(predictions)
    observations = targets(observations, predictions, name="observations")
    return float(ops.mean((observations - predictions) ** 2))


def _predictions(predictions):
    predictions = features(predictions, name="predictions", axes="(datasets, points)")
    return ops.convert_to_tensor(predictions, "float32")
