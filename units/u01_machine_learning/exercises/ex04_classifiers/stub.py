"""Least squares one-vs-rest and one-vs-one, nearest neighbours, and the split of a tree."""

import numpy as np  # noqa: F401


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


def split(feature, y, classes):
    """The question "feature <= t?" that leaves the purest halves.

    Args:
        feature: one number for each sample, shape (batch,).
        y: classes, shape (batch,).
        classes: number of classes.

    Returns:
        (impurity, t), two floats.
    """
    raise NotImplementedError
