"""Least squares one-vs-rest and one-vs-one, nearest neighbours, and the split of a tree."""

import numpy as np


def one_vs_rest(x, y, new, classes):
    """Scores of one linear model for each class.

    Args:
        x: samples, shape (batch, features).
        y: classes, shape (batch,).
        new: samples to score, shape (others, features).
        classes: number of classes.

    Returns:
        Shape (others, classes).
    """
    targets = np.where(y[:, None] == np.arange(classes), 1.0, -1.0)
    return _fit_and_predict(x, targets, new)


def one_vs_one(x, y, new, classes):
    """Votes of one linear model for each pair of classes.

    Args:
        x: samples, shape (batch, features).
        y: classes, shape (batch,).
        new: samples to vote on, shape (others, features).
        classes: number of classes.

    Returns:
        Shape (others, classes).
    """
    votes = np.zeros((len(new), classes))
    for i in range(classes):
        for j in range(i + 1, classes):
            pair = (y == i) | (y == j)
            target = np.where(y[pair] == i, 1.0, -1.0)
            first = _fit_and_predict(x[pair], target, new) > 0
            votes[:, i] += first
            votes[:, j] += ~first
    return votes


def nearest(x, y, new, classes, k):
    """The class of most of the k nearest samples.

    Args:
        x: samples, shape (batch, features).
        y: classes, shape (batch,).
        new: samples to classify, shape (others, features).
        classes: number of classes.
        k: number of neighbours.

    Returns:
        Integers, shape (others,).
    """
    distances = ((new[:, None, :] - x[None, :, :]) ** 2).sum(axis=-1)
    neighbours = y[np.argsort(distances, axis=1)[:, :k]]
    return np.array([np.bincount(row, minlength=classes).argmax() for row in neighbours])


def split(feature, y, classes):
    """The question "feature <= t?" with the lowest impurity.

    Args:
        feature: one number for each sample, shape (batch,).
        y: classes, shape (batch,).
        classes: number of classes.

    Returns:
        (impurity, t), two floats.
    """
    values = np.unique(feature)
    best = (np.inf, np.nan)
    for t in (values[1:] + values[:-1]) / 2:
        yes, no = y[feature <= t], y[feature > t]
        impurity = (len(yes) * _gini(yes) + len(no) * _gini(no)) / len(y)
        if impurity < best[0] - 1e-12:
            best = (impurity, t)
    return float(best[0]), float(best[1])


def _fit_and_predict(x, targets, new):
    X, X_new = (np.c_[np.ones(len(a)), a] for a in (x, new))
    return X_new @ np.linalg.lstsq(X, targets, rcond=None)[0]


def _gini(y):
    _, counts = np.unique(y, return_counts=True)
    return 1 - np.sum((counts / len(y)) ** 2)
