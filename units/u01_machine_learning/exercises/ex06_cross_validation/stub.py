"""Cross-validation: folds, stratified folds and an estimate without leakage."""

import numpy as np  # noqa: F401


def fold_numbers(n, K):
    """Cut n samples into K consecutive folds.

    Args:
        n: number of samples.
        K: number of folds.

    Returns:
        Integers 0, ..., K − 1 of shape (batch,).
    """
    raise NotImplementedError


def stratified_fold_numbers(y, K):
    """Share out every class evenly among K folds of even size.

    Args:
        y: integer labels, of shape (batch,).
        K: number of folds.

    Returns:
        Integers 0, ..., K − 1 of shape (batch,).
    """
    raise NotImplementedError


def cross_validation_error(x, y, folds, penalty):
    """Estimate the squared error of ridge regression on standardised features.

    Args:
        x: samples, of shape (batch, features).
        y: targets, of shape (batch,).
        folds: fold of every sample, of shape (batch,).
        penalty: λ.

    Returns:
        The mean over the folds of the mean squared error on the fold.
    """
    raise NotImplementedError
