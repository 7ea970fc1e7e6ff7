"""Cross-validation: folds, stratified folds and an estimate without leakage."""

import numpy as np


def fold_numbers(n, K):
    """Cut n samples into K consecutive folds.

    Args:
        n: number of samples.
        K: number of folds.

    Returns:
        Integers 0, ..., K − 1 of shape (batch,).
    """
    return np.repeat(np.arange(K), n // K + (np.arange(K) < n % K))


def stratified_fold_numbers(y, K):
    """Divide every class evenly among K folds of even size.

    Args:
        y: integer labels, shape (batch,).
        K: number of folds.

    Returns:
        Integers 0, ..., K − 1 of shape (batch,).
    """
    folds = np.empty(len(y), int)
    folds[np.argsort(y, kind="stable")] = np.arange(len(y)) % K
    return folds


def cross_validation_error(x, y, folds, penalty):
    """Estimate the squared error of ridge regression on standardized features.

    Args:
        x: samples, shape (batch, features).
        y: targets, shape (batch,).
        folds: fold of every sample, shape (batch,).
        penalty: λ.

    Returns:
        The mean over the folds of the mean squared error on the fold.
    """
    errors = []
    for k in np.unique(folds):
        train, dev = folds != k, folds == k
        seen = x[train]
        m, s = seen.mean(axis=0), seen.std(axis=0)
        s = np.where(s > 0, s, 1.0)
        z_train, z_dev = (x[train] - m) / s, (x[dev] - m) / s
        mean = y[train].mean()
        # θ = (X̃ᵀX̃ + λI)⁻¹ X̃ᵀ(y − ȳ)
        gram = z_train.T @ z_train + penalty * np.eye(x.shape[1])
        theta = np.linalg.solve(gram, z_train.T @ (y[train] - mean))
        errors.append((y[dev] - mean - z_dev @ theta) ** 2)
    return float(np.mean([error.mean() for error in errors]))
